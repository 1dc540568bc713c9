import { describe, expect, it } from 'vitest'
import { openDatabase } from '../../state/engine/database.ts'

describe('the address of a database', () => {
  it('is of a kind that is known, and is not repeated when it is not', async () => {
    await expect(openDatabase('mysql://root:secret@host/db')).rejects.toThrow(/^a database URL must begin with/)
    await expect(openDatabase('mysql://root:secret@host/db')).rejects.not.toThrow('secret')
  })
})
