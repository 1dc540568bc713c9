import nock from 'nock'
import { afterAll, beforeAll } from 'vitest'

/** Lets nock intercept requests in this test file only: the files of a worker share its `http` module. */
export function useNock(): void {
  beforeAll(() => {
    if (!nock.isActive()) nock.activate()
  })
  afterAll(() => {
    nock.cleanAll()
    nock.enableNetConnect()
    nock.restore()
  })
}
