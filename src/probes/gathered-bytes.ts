/**
 * Bytes that come in pieces, kept as one: a body of a mebibyte in pieces of one byte would be a million objects of a hundred
 * bytes each. Whoever gathers bounds how much.
 */

const FIRST_ROOM_BYTES = 16 * 1024;

export class GatheredBytes {
  #room: Buffer | null = null;
  #length = 0;

  /** Copies a piece. */
  add(piece: Uint8Array): void {
    const end = this.#length + piece.length;
    const known = this.#room;
    const room = known !== null && end <= known.length ? known : this.#enlarge(known, end);
    room.set(piece, this.#length);
    this.#length = end;
  }

  /** All that was added, until more is. */
  bytes(): Buffer {
    return this.#room?.subarray(0, this.#length) ?? Buffer.alloc(0);
  }

  #enlarge(known: Buffer | null, bytes: number): Buffer {
    const room = Buffer.allocUnsafe(Math.max(bytes, known === null ? FIRST_ROOM_BYTES : 2 * known.length));
    known?.copy(room, 0, 0, this.#length);
    this.#room = room;
    return room;
  }
}
