import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { formatPlot } from './plot.ts';
import type { OfficeData } from './office-data.ts';
import type { MadeImage } from './process-image.ts';

/** SVG counts 72 pixels to the inch. */
const DENSITIES = { screen: 72, print: 216 };
export const REPORT_STEPS = 4;

export interface ReportJob {
  readonly folder: string;
  readonly title: string;
  /** `report.svg` */
  readonly plot: string;
  readonly progress: (value: { readonly done: number; readonly of: number }) => void;
  readonly signal: AbortSignal;
}

export interface Report {
  readonly runs: number;
  readonly failedRuns: number;
  readonly plot: string;
  readonly image: MadeImage;
}

/** Plots who has worked on what and when, as SVG and as PNG, in two sizes. */
export async function generateReport(job: ReportJob, data: OfficeData): Promise<Report> {
  const { folder, plot, progress, signal, title } = job;
  let done = 0;
  const step = (): void => {
    signal.throwIfAborted();
    progress({ done: (done += 1), of: REPORT_STEPS });
  };
  const runs = data.runs();
  step();
  const svg = formatPlot(title, runs);
  await writeFile(join(folder, plot), svg);
  step();
  const draw = async (size: keyof typeof DENSITIES): Promise<MadeImage> => {
    const file = plot.replace(/\.svg$/, `-${size}.png`);
    const image = sharp(Buffer.from(svg), { density: DENSITIES[size] });
    const { height, width } = await image.png().toFile(join(folder, file));
    return { file, width, height };
  };
  await draw('print');
  step();
  const image = await draw('screen');
  step();
  const failedRuns = runs.filter(({ outcome }) => outcome === 'failed').length;
  return { runs: runs.length, failedRuns, plot, image };
}
