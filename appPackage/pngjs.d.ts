// The part of pngjs that this folder and its test use; the library ships no types.
declare module 'pngjs' {
  export class PNG {
    constructor(options: { width: number; height: number })
    width: number
    height: number
    data: Buffer
    static sync: {
      read(buffer: Uint8Array): PNG
      write(png: PNG): Buffer
    }
  }
}
