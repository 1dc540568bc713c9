import { z } from 'zod'

declare const lowered: unique symbol

/**
 * Id of a tenant, person or group of a directory, in lower case. Microsoft ignores the case of these ids, so one person
 * would be several if they were compared as they arrive; every entry reads them through here.
 */
export type DirectoryId = string & { readonly [lowered]: true }

export const directoryId = (id: string): DirectoryId => id.toLowerCase() as DirectoryId

/** Reads an id that is a GUID. */
export const directoryIdSchema = z.guid().transform(directoryId)
