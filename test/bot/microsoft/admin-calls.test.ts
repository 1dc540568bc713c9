import pino from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { sandboxConfig } from '../../../bot/config/config.ts'
import { readEditions } from '../../../bot/config/editions.ts'
import { createAdminCalls } from '../../../bot/microsoft/calls-admin.ts'
import { createUpstream } from '../../../bot/microsoft/upstream.ts'
import type { Origin } from '../../../bot/teams/activity.ts'
import type { Call, Write } from '../../../dialogs/calls.ts'
import { directoryId } from '../../../dialogs/directory-id.ts'
import { partnerAt } from '../../../sandbox/partner.ts'
import { directPartnerTenant, resellerTenant } from '../../../sandbox/upstream/companies.ts'
import { approversGroup, colleagueId, managerId } from '../../../sandbox/upstream/graph/groups.ts'
import type { FaultRule } from '../../../sandbox/upstream/http/fault-injection.ts'
import { startUpstream } from '../../../sandbox/upstream/server.ts'
import type { UpstreamSettingsInput } from '../../../sandbox/upstream/settings.ts'

const contoso = { id: 'c0000000-0000-4000-8000-000000000003', name: 'Contoso', domain: 'contoso.example' }
const customerCare = '99999999-0000-4000-8000-000000000003'
const READER = '88d8e3e3-8f55-4a1e-953a-9b9898b8876b'
const HELPDESK = '729827e3-9c14-49f7-bb1b-9608f156bbb8'
const ids = { requestId: 'e1aa3f3f-3d4e-4b6c-8a1d-0d2f6a1f0001', correlationId: 'e1aa3f3f-3d4e-4b6c-8a1d-0d2f6a1f0002' }

const visitOf = (tenant: string, id: string): Origin => ({
  place: {
    tenant,
    conversation: 'a:1',
    room: 'a:1',
    kind: 'personal',
    reference: { serviceUrl: 'http://127.0.0.1:9/', bot: { id: '28:bot' } },
  } as never,
  sender: { id: directoryId(id), account: `29:${id}` },
})

const create: Extract<Call, { name: 'create-admin' }> = {
  name: 'create-admin',
  displayName: 'MC-7K3QXA helpdesk',
  customer: contoso,
  roles: [READER, HELPDESK],
  days: 30,
  autoExtend: false,
  approvedBy: [managerId],
}

/** Everything the bot has towards Microsoft, against the simulated one; the manager and a colleague are approvers. */
async function begin(env: Record<string, string> = {}, settings: UpstreamSettingsInput = {}) {
  const upstream = await startUpstream({ settings })
  onTestFinished(async () => {
    await upstream.stop()
    expect([upstream.violations(), upstream.unfit()]).toEqual([[], []])
  })
  const { partner, vouch } = await partnerAt(upstream.url)
  const config = sandboxConfig(env, { metadataUrl: 'http://127.0.0.1:9/none', partner }, readEditions())
  const log = pino({ level: 'silent' })
  const built = createUpstream({
    ...{ partner: config.partner, approvals: config.approvals, tokenService: undefined, vouch, log },
    now: Date.now,
    loopback: true,
    timeoutMs: 2_000,
  })
  const asked = { ...ids, visit: visitOf(directPartnerTenant, managerId) }
  return {
    upstream,
    ...built,
    asked,
    do: (call: Call) => built.calls.attempt(call, asked),
    lookFor: (call: Write) => built.calls.checkEffect(call, ids, new Date().toISOString()),
    fail: (on: string, kind: FaultRule['kind']) => upstream.faults.set([{ on, kind, times: 1 }]),
    /** The relationships there are, by name and state. */
    there: () => upstream.store.state.gdap.map(({ displayName, status }) => [displayName, status]),
  }
}
type Scene = Awaited<ReturnType<typeof begin>>

/** A relationship that is made, and its id. */
async function made(scene: Scene): Promise<string> {
  const attempt = await scene.do(create)
  if (attempt.kind !== 'answered' || !('relationship' in attempt.answer)) throw new Error(JSON.stringify(attempt))
  return attempt.answer.relationship.id
}
async function active(scene: Scene): Promise<string> {
  const id = await made(scene)
  await scene.do({ name: 'lock-admin', relationship: id })
  scene.upstream.act('customer-approves-gdap', { relationship: id, customer: contoso.id })
  return id
}
const answerOf = (call: string, id: string, status: string) => ({
  call,
  relationship: { id, status },
  link: expect.stringMatching(new RegExp(`#/partners/invitation/granularAdminRelationships/${id}$`)),
})
const answered = (answer: object) => ({ kind: 'answered', answer })
const fault = (call: string, kind: string) => answered({ call, fault: expect.objectContaining({ kind }) })

describe('a delegated-admin relationship', () => {
  it('is made, locked, seen active, and given to a group', async () => {
    const scene = await begin()
    const id = await made(scene)
    expect(scene.there()).toEqual([[create.displayName, 'created']])
    const locked = await scene.do({ name: 'lock-admin', relationship: id })
    expect(locked).toEqual(answered(answerOf('lock-admin', id, 'approvalPending')))
    const look = () => scene.calls.observe(`admin/${id}`, ids)
    expect(await look()).toEqual({
      kind: 'seen',
      sighting: { resource: `admin/${id}`, status: 'approvalPending' },
    })
    scene.upstream.act('customer-approves-gdap', { relationship: id, customer: contoso.id })
    expect(await look()).toMatchObject({ sighting: { status: 'active' } })
    const group = { name: 'assign-access', relationship: id, group: customerCare, roles: create.roles } as const
    expect(await scene.do(group)).toEqual(answered(answerOf('assign-access', id, 'active')))
    expect(scene.upstream.store.state.gdap[0]?.assignments).toMatchObject([
      { container: { accessContainerId: customerCare }, roles: create.roles },
    ])
    const { byRequest } = scene.upstream.effects()
    expect(Object.keys(byRequest)).toEqual([ids.requestId])
  })

  it('is locked only once Graph shows it as a draft', async () => {
    const scene = await begin({}, { gdapReplicationMs: 300 })
    const id = await made(scene)
    const lock = { name: 'lock-admin', relationship: id } as const
    const soon = { kind: 'again', why: 'busy', afterMs: expect.any(Number) }
    expect(await scene.do(lock)).toEqual(soon)
    expect(scene.upstream.calls().createRequest).toBeUndefined()
    await new Promise((resolve) => setTimeout(resolve, 350))
    expect(await scene.do(lock)).toEqual(answered(answerOf('lock-admin', id, 'approvalPending')))
  })

  it('is locked later where the replica that locks does not know it yet', async () => {
    const missing = { kind: 'refused', status: 404, code: undefined, fault: 'not-found', detail: undefined }
    const relationships = {
      get: async () => ({ kind: 'ok', value: { id: 'x', status: 'created' } }),
      lock: async () => missing,
    }
    const asApplication = (_audience: string, _ids: object, work: (caller: object) => unknown) => work({})
    const deps = { relationships, asApplication, adminCenter: 'https://admin.example', groups: {}, approvers: {} }
    const admin = createAdminCalls(deps as unknown as Parameters<typeof createAdminCalls>[0])
    const visit = visitOf(directPartnerTenant, managerId)
    const lock = await admin.write({ name: 'lock-admin', relationship: 'x' }, { ...ids, visit })
    expect(lock).toEqual({ kind: 'again', why: 'busy', afterMs: expect.any(Number) })
  })

  it('goes back to nothing while it is a draft, and never afterwards', async () => {
    const scene = await begin()
    const id = await made(scene)
    const remove = { name: 'remove-admin', relationship: id } as const
    expect(await scene.do(remove)).toEqual(answered(answerOf('remove-admin', id, 'removed')))
    expect(scene.there()).toEqual([])
    expect(await scene.do(remove)).toEqual(answered(answerOf('remove-admin', id, 'removed')))
    const other = await made(scene)
    await scene.do({ name: 'lock-admin', relationship: other })
    expect(await scene.do({ name: 'remove-admin', relationship: other })).toEqual(fault('remove-admin', 'stale'))
    expect(scene.there()).toEqual([[create.displayName, 'approvalPending']])
    expect(scene.upstream.calls().deleteRelationship).toBe(1)
  })

  it('is not looked at as gone just because it cannot be found', async () => {
    const { calls, upstream } = await begin()
    const gone = `admin/${upstream.store.newId()}-${upstream.store.newId()}` as const
    expect(await calls.observe(gone, ids)).toEqual({ kind: 'again', why: 'unreachable' })
  })
})

describe('an event of a delegated-admin relationship', () => {
  it('leads to the relationship through its audit record', async () => {
    const scene = await begin()
    const id = await active(scene)
    const record = scene.upstream.store.state.audit.find((it) => it.operation.endsWith('relationship-approved'))
    expect(await scene.calls.adminOfAudit(record?.id ?? '', ids)).toBe(`admin/${id}`)
  })

  it('of another partner leads nowhere', async () => {
    const { calls } = await begin()
    expect(await calls.adminOfAudit(`${resellerTenant}_${contoso.id}_x_1`, ids)).toBeUndefined()
  })

  it('is delivered again if the record cannot be read', async () => {
    const scene = await begin()
    scene.fail('getAuditRecord', '500-before-effect')
    await expect(scene.calls.adminOfAudit('x', ids)).rejects.toThrow('audit record')
  })
})

describe('what was approved', () => {
  it.each([
    ['by nobody', []],
    ['by somebody who is no approver', [resellerTenant]],
    ['by an approver and somebody who is none', [managerId, resellerTenant]],
  ])('%s is not made', async (_, approvedBy) => {
    const scene = await begin()
    expect(await scene.do({ ...create, approvedBy })).toEqual(fault('create-admin', 'approval-lapsed'))
    expect(scene.there()).toEqual([])
  })

  it('is not made when an approver has lost the role since, though it was seen just before', async () => {
    const scene = await begin()
    expect(await scene.approvers.isApprover(directoryId(managerId))).toBe(true)
    scene.upstream.groups.leave(approversGroup, managerId)
    expect(await scene.do(create)).toEqual(fault('create-admin', 'approval-lapsed'))
    expect(await scene.do({ ...create, approvedBy: [colleagueId] })).toMatchObject({ kind: 'answered' })
    expect(scene.there()).toEqual([[create.displayName, 'created']])
  })

  it('waits while nobody can tell whether the approvers still are', async () => {
    const scene = await begin()
    scene.fail('listTransitiveMembers', '500-before-effect')
    expect(await scene.do(create)).toEqual({ kind: 'again', why: 'unreachable' })
    expect(scene.there()).toEqual([])
    expect(await scene.do(create)).toMatchObject({ kind: 'answered' })
  })
})

describe('a write of which nobody heard again', () => {
  const unheard = ['effect-then-reset', '502-after-effect', 'garbage'] as const

  it.each(unheard)('that made a relationship is found by its name: %s', async (kind) => {
    const scene = await begin()
    expect(await scene.lookFor(create)).toEqual({ kind: 'not-there' })
    scene.fail('createRelationship', kind)
    expect(await scene.do(create)).toMatchObject({ kind: 'unknown' })
    const [relationship] = scene.upstream.store.state.gdap
    const answer = answerOf('create-admin', relationship?.id ?? '', 'created')
    expect(await scene.lookFor(create)).toEqual({ kind: 'there', answer, isEffect: true })
    // Sent once more by a person, it is adopted all the same: there is one in the end.
    expect(await scene.do(create)).toEqual(answered(answer))
    expect(scene.there()).toEqual([[create.displayName, 'created']])
  })

  it('that locked, gave access or removed is seen by what is there now', async () => {
    const scene = await begin()
    const id = await made(scene)
    const remove = { name: 'remove-admin', relationship: id } as const
    expect(await scene.lookFor(remove)).toEqual({ kind: 'not-there' })

    const lock = { name: 'lock-admin', relationship: id } as const
    expect(await scene.lookFor(lock)).toEqual({ kind: 'not-there' })
    scene.fail('createRequest', 'effect-then-reset')
    expect(await scene.do(lock)).toMatchObject({ kind: 'unknown' })
    const locked = answerOf('lock-admin', id, 'approvalPending')
    expect(await scene.lookFor(lock)).toEqual({ kind: 'there', answer: locked, isEffect: true })
    expect(await scene.do(lock)).toEqual(answered(locked))

    scene.upstream.act('customer-approves-gdap', { relationship: id, customer: contoso.id })
    const assign = { name: 'assign-access', relationship: id, group: customerCare, roles: create.roles } as const
    expect(await scene.lookFor(assign)).toEqual({ kind: 'not-there' })
    scene.fail('createAccessAssignment', 'effect-then-reset')
    expect(await scene.do(assign)).toMatchObject({ kind: 'unknown' })
    const assigned = answerOf('assign-access', id, 'active')
    expect(await scene.lookFor(assign)).toEqual({ kind: 'there', answer: assigned, isEffect: true })
    expect(await scene.do(assign)).toEqual(answered(assigned))
    expect(await scene.lookFor({ ...assign, roles: [READER] })).toEqual({ kind: 'not-there' })
  })

  it('that removed is seen by what is there no more', async () => {
    const scene = await begin()
    const remove = { name: 'remove-admin', relationship: await made(scene) } as const
    scene.fail('deleteRelationship', 'effect-then-reset')
    expect(await scene.do(remove)).toMatchObject({ kind: 'unknown' })
    expect(await scene.lookFor(remove)).toMatchObject({ kind: 'there', isEffect: true })
  })

  it('is looked for again when the look fails', async () => {
    const scene = await begin()
    const id = await active(scene)
    const lost: Write[] = [
      create,
      { name: 'lock-admin', relationship: id },
      { name: 'assign-access', relationship: id, group: customerCare, roles: [READER] },
      { name: 'remove-admin', relationship: id },
    ]
    for (const call of lost) {
      scene.fail('*', '429')
      expect(await scene.lookFor(call)).toEqual({ kind: 'again', why: 'busy', afterMs: 1_000 })
    }
  })
})

describe('a name that is taken by something else', () => {
  it.each([
    ['for another customer', { customer: { ...contoso, id: 'c0000000-0000-4000-8000-000000000004' } }],
    ['with other roles', { roles: [READER] }],
  ])('%s is never taken for ours', async (_, other) => {
    const scene = await begin()
    await scene.do({ ...create, ...other })
    expect(await scene.do(create)).toEqual(fault('create-admin', 'duplicate'))
    expect(await scene.lookFor(create)).toEqual({ kind: 'not-there' })
  })

  it('is not the reason of every refusal', async () => {
    const scene = await begin()
    expect(await scene.do({ ...create, days: 1_000 })).toEqual(fault('create-admin', 'bad-request'))
  })
})

describe('a group', () => {
  it.each([
    ['customer care', { group: { id: customerCare, name: 'Customer care' } }],
    [` ${customerCare} `, { group: { id: customerCare, name: 'Customer care' } }],
    ['Second line', { fault: { kind: 'duplicate' } }],
    ['Newsletter', { fault: { kind: 'not-found' } }],
    ["O'Brien's", { fault: { kind: 'not-found' } }],
    ['99999999-0000-4000-8000-000000000099', { fault: expect.objectContaining({ kind: 'not-found' }) }],
  ])('is found by name or id: %s', async (text, found) => {
    const scene = await begin()
    expect(await scene.do({ name: 'find-group', text })).toEqual(answered({ call: 'find-group', ...found }))
  })

  it('of approvers is read with all who are in groups in it', async () => {
    const { approvers, upstream } = await begin()
    expect(await approvers.isApprover(directoryId(managerId))).toBe(true)
    expect(await approvers.isApprover(directoryId(colleagueId.toUpperCase()))).toBe(true)
    expect(await approvers.isApprover(directoryId(resellerTenant))).toBe(false)
    await approvers.look()
    expect(approvers.asked()).toMatchObject({ people: [], group: 'Approvers' })
    expect(approvers.asked().members).toContain(managerId)
    expect(upstream.calls().listTransitiveMembers).toBe(2)
  })

  it('of approvers is not asked where people are named', async () => {
    const { approvers, upstream } = await begin({ APPROVERS: resellerTenant })
    expect([
      await approvers.isApprover(directoryId(resellerTenant)),
      await approvers.isApprover(directoryId(managerId)),
    ]).toEqual([true, false])
    expect(upstream.calls().listTransitiveMembers).toBeUndefined()
  })
})

describe('the agreement of a reseller', () => {
  it.each([
    [resellerTenant, true],
    ['bbbbbbbb-1111-4000-8000-000000000000', false],
  ])('of %s is asked for as the person who clicked: signed %s', async (id, signed) => {
    const scene = await begin()
    const attempt = await scene.do({ name: 'check-agreement', reseller: id })
    expect(attempt).toEqual(answered({ call: 'check-agreement', signed }))
    const [form] = scene.upstream.entra.faults.requests
    expect(form?.grant_type).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
  })

  it('needs a sign-in with a second factor', async () => {
    const scene = await begin()
    scene.upstream.entra.faults.fault = 'interaction-required'
    const attempt = await scene.do({ name: 'check-agreement', reseller: resellerTenant })
    expect(attempt).toEqual(fault('check-agreement', 'second-factor'))
  })
})

describe('somebody of another company', () => {
  const foreign = { ...ids, visit: visitOf(resellerTenant, 'aaaaaaaa-0000-4000-8000-000000000001') }
  const find = (text: string) => ({ name: 'find-tenant', who: 'customer', text }) as const

  it('learns whose a domain is, and not whether they are our customer', async () => {
    const { calls, upstream, asked } = await begin()
    expect(await calls.attempt(find('contoso.example'), asked)).toMatchObject({ answer: { isCustomer: true } })
    const before = upstream.calls().getCustomer
    const attempt = await calls.attempt(find('contoso.example'), foreign)
    expect(attempt).toEqual(answered({ call: 'find-tenant', tenant: contoso, isCustomer: false }))
    expect(upstream.calls().getCustomer).toBe(before)
    for (const own of ['wingtip.example', 'firstup.example']) {
      expect(await calls.attempt(find(own), foreign)).toEqual(fault('find-tenant', 'own-tenant'))
    }
  })

  it('gets nothing else done in our name', async () => {
    const { calls, upstream } = await begin()
    const wanted: Call[] = [
      create,
      { name: 'lock-admin', relationship: 'x' },
      { name: 'assign-access', relationship: 'x', group: customerCare, roles: [READER] },
      { name: 'remove-admin', relationship: 'x' },
      { name: 'find-group', text: 'Approvers' },
      { name: 'check-agreement', reseller: resellerTenant },
      { name: 'fetch-invitation' },
      { name: 'check-transfer', customer: contoso.id },
      { name: 'find-transfer', customer: contoso.id },
    ]
    for (const call of wanted) expect(await calls.attempt(call, foreign)).toEqual(fault(call.name, 'other-tenant'))
    expect(upstream.calls()).toEqual({})
    expect(upstream.entra.faults.requests).toEqual([])
  })
})
