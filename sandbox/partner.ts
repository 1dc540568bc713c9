import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { z } from 'zod'
import type { SandboxPartner } from '../bot/config/partner.ts'
import type { DirectoryPerson } from '../bot/microsoft/sign-in.ts'
import { directPartnerTenant } from './upstream/companies.ts'
import { approversGroup } from './upstream/graph/groups.ts'

const entraSchema = z.object({
  url: z.url(),
  caPem: z.string(),
  appId: z.guid(),
  secret: z.string(),
  rootPem: z.string(),
})
const assertionSchema = z.object({ assertion: z.string() })

const usual = getCACertificates('default')

let trusted: string | undefined

/**
 * Lets this process trust the certificate authority of a simulated Entra, besides the default ones. Replaces the one
 * before.
 */
export function trustCertificate(caPem: string): void {
  if (caPem !== trusted) setDefaultCACertificates([...usual, caPem])
  trusted = caPem
}

/**
 * Returns the configuration of the sandbox's partner, whose Partner Center, Graph and Entra are at `url`. `vouch` signs
 * people in, because the chat window cannot.
 */
export async function partnerAt(url: string): Promise<{
  partner: SandboxPartner
  vouch: (person: DirectoryPerson) => Promise<string | undefined>
}> {
  const entra = entraSchema.parse(await (await fetch(`${url}/sandbox/entra`)).json())
  trustCertificate(entra.caPem)
  const partner: SandboxPartner = {
    authority: entra.url,
    partnerCenterUrl: url,
    graphUrl: url,
    tenantId: directPartnerTenant,
    clientId: entra.appId,
    secret: () => entra.secret,
    country: 'US',
    pollMinutes: 0.05,
    webhookRoot: entra.rootPem,
    approversGroup,
  }
  const vouch = async ({ tenant, id }: DirectoryPerson) => {
    const body = JSON.stringify({ tenant, oid: id, amr: ['pwd', 'mfa'] })
    const answer = await fetch(`${url}/sandbox/assertions`, { method: 'POST', body })
    return assertionSchema.parse(await answer.json()).assertion
  }
  return { partner, vouch }
}
