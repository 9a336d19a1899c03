import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';

/** What is made of each image: the end of its name, and how. */
const VARIANTS: readonly (readonly [ending: string, make: (image: Sharp) => Sharp])[] = [
  ['wide', (image) => image.resize({ width: 800 })],
  ['thumbnail', (image) => image.resize({ width: 160, height: 160, fit: 'cover' })],
  ['blurred', (image) => image.resize({ width: 640 }).blur(12)],
  ['grey', (image) => image.resize({ width: 640 }).greyscale().normalise()],
  ['clean', (image) => image.median(5).resize({ width: 640 })],
];

export const VARIANTS_OF_AN_IMAGE: number = VARIANTS.length;

export interface ImageJob {
  /** The folder of the image and of what is made of it. */
  readonly folder: string;
  /** `photo-1.png` */
  readonly file: string;
  readonly progress: (value: { readonly done: number; readonly of: number }) => void;
  readonly signal: AbortSignal;
}

export interface MadeImage {
  readonly file: string;
  readonly width: number;
  readonly height: number;
}

/** Writes the variants beside the image. A second run writes the same files again. */
export async function processImage(job: ImageJob): Promise<readonly MadeImage[]> {
  const { file, folder, progress, signal } = job;
  const made: MadeImage[] = [];
  for (const [ending, make] of VARIANTS) {
    // Between two steps is where work can be given up when its time is over.
    signal.throwIfAborted();
    const name = file.replace(/\.\w+$/, `-${ending}.webp`);
    const { height, width } = await make(sharp(join(folder, file)))
      .webp({ quality: 80, effort: 5 })
      .toFile(join(folder, name));
    made.push({ file: name, width, height });
    progress({ done: made.length, of: VARIANTS.length });
  }
  return made;
}
