import { describe, expect, it } from 'vitest'
import { isFileStore } from '../../../bot/teams/file-store.ts'

const production = { cloud: 'global', sandbox: false } as const
const path = '/personal/auditor_contoso_com/_api/v2.0/drive/items/01ABC/uploadSession?guid=%27x%27&overwrite=True'

describe('a file store', () => {
  it('is below the domain that only Microsoft gives out, by https', () => {
    for (const host of ['contoso-my.sharepoint.com', 'contoso.sharepoint.com', 'Contoso-My.SharePoint.com'])
      expect(isFileStore(`https://${host}${path}`, production)).toBe(true)
  })

  it.each([
    'http://contoso-my.sharepoint.com/x',
    'https://evil.example/x',
    'https://sharepoint.com/x',
    'https://contoso.sharepoint.com.evil.example/x',
    'https://evilsharepoint.com/x',
    'https://evil.example/contoso.sharepoint.com/x',
    'https://a.b.sharepoint.com/x',
    'https://contoso-my.sharepoint.com:8443/x',
    'https://contoso-my.sharepoint.com@evil.example/x',
    'https://user:password@contoso-my.sharepoint.com/x',
    'https://evil.example\\.sharepoint.com/x',
    'https://contoso-my.sharepoint.com\\@evil.example/x',
    'https://contoso-my.sharepoint.com/x#y',
    'https://contoso-my.sharepoint.com',
    'https://contoso-my.sharepoint.com/a b',
    ' https://contoso-my.sharepoint.com/x',
    'https://contoso-my.sharepoint.com/x\n',
    'https://contoso-my.sharepoint-df.com/x',
    'https://contoso-my.sharepoint.us/x',
    'http://127.0.0.1:8080/x',
    'https://127.0.0.1/x',
    'https://169.254.169.254/metadata',
    'file:///etc/passwd',
    '',
  ])('is in production not %j', (url) => {
    expect(isFileStore(url, production)).toBe(false)
  })

  it('is another one in each cloud', () => {
    const us = { cloud: 'us-government', sandbox: false } as const
    expect(isFileStore(`https://contoso-my.sharepoint.us${path}`, us)).toBe(true)
    expect(isFileStore(`https://contoso-my.sharepoint.com${path}`, us)).toBe(false)
    expect(isFileStore(`https://contoso-my.sharepoint.cn${path}`, { cloud: 'china', sandbox: false })).toBe(true)
  })

  it('is on this machine in the sandbox only, and nowhere else by http', () => {
    const sandbox = { cloud: 'global', sandbox: true } as const
    expect(isFileStore('http://127.0.0.1:8080/x', sandbox)).toBe(true)
    for (const url of ['http://127.0.0.1:8080@evil.example/x', 'http://evil.example/x', 'http://169.254.169.254/x'])
      expect(isFileStore(url, sandbox)).toBe(false)
  })
})
