import { describe, expect, it } from 'vitest'
import { openDatabase } from '../../state/engine/database.ts'

describe('the URL of a database', () => {
  it('must have a known scheme, and is not repeated in the error', async () => {
    await expect(openDatabase('mysql://root:secret@host/db')).rejects.toThrow(/^a database URL must begin with/)
    await expect(openDatabase('mysql://root:secret@host/db')).rejects.not.toThrow('secret')
  })
})
