/**
 * Uniform numbers in [0, 1) that depend on `seed` and `stream` only. Streams of one seed are
 * independent, so a draw more in one does not shift the others. sfc32; not for secrets.
 */
export function createSeededRandom(seed: number, stream: string): () => number {
  let a = hash(`a ${stream} ${seed}`);
  let b = hash(`b ${stream} ${seed}`);
  let c = hash(`c ${stream} ${seed}`);
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // The first draws still show the seed.
  for (let round = 0; round < 15; round += 1) next();
  return next;
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value | 0;
}
