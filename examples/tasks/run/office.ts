/** What there is before the first task: images to process, sessions of which some have expired. */
import { join } from 'node:path';
import sharp from 'sharp';
import { DATABASE, OfficeData } from '../work/office-data.ts';

export const SITES = ['shop', 'blog', 'forum', 'wiki'];

const SESSIONS_PER_SITE = 500;
/** Every third one. */
const EXPIRED_EACH = 3;
const PHOTO = { width: 900, height: 600 };
const HOUR_MS = 3_600_000;

export interface Office {
  readonly folder: string;
  readonly data: OfficeData;
  /** Files in the folder. */
  readonly photos: readonly string[];
  /** What expires before this is to be deleted. */
  readonly expiredBefore: Date;
  readonly expired: number;
  readonly valid: number;
}

export async function prepareOffice(folder: string, photoCount: number): Promise<Office> {
  const grain = await paintGrain();
  const photos: string[] = [];
  for (let index = 0; index < photoCount; index += 1) {
    const file = `photo-${index + 1}.png`;
    await sharp(scene((360 * index) / photoCount))
      .composite([{ input: grain, raw: { ...PHOTO, channels: 3 }, blend: 'soft-light' }])
      .png({ compressionLevel: 1 })
      .toFile(join(folder, file));
    photos.push(file);
  }
  const data = new OfficeData(join(folder, DATABASE));
  const expiredBefore = new Date();
  data.addSessions(
    SITES.flatMap((site) =>
      Array.from({ length: SESSIONS_PER_SITE }, (_, index) => ({
        site,
        expiresAtMs: expiredBefore.getTime() + (index % EXPIRED_EACH === 0 ? -HOUR_MS : HOUR_MS),
      })),
    ),
  );
  return { folder, data, photos, expiredBefore, ...data.countSessions(expiredBefore.getTime()) };
}

/** A sky and a sun. */
function scene(hue: number): Buffer {
  const { height, width } = PHOTO;
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <linearGradient id="sky" x2="0" y2="1">
      <stop offset="0" stop-color="hsl(${hue}, 60%, 35%)"/>
      <stop offset="1" stop-color="hsl(${hue + 60}, 70%, 75%)"/>
    </linearGradient>
    <rect width="100%" height="100%" fill="url(#sky)"/>
    <circle cx="${width / 3}" cy="${height / 3}" r="${height / 6}" fill="hsl(${hue + 180}, 80%, 70%)"/>
  </svg>`);
}

/** Grain, as of a film, so that there is something to blur and to clean. */
function paintGrain(): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 24 } as const;
  return sharp({ create: { ...PHOTO, channels: 3, background: 'grey', noise } })
    .raw()
    .toBuffer();
}
