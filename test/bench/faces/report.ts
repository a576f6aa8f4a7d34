import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { PrintTable } from "../table.js";
import { ReadAvatar } from "../../../src/format/readAvatar.js";
import { EnlargeAvatar } from "./enlargeAvatar.js";
import { MeasureFacesAsync } from "./frames.js";
import { TimeMappers } from "./mappers.js";

/** The person of the frames: her Gaussians are a person's, and so is the share of them that a face moves. */
const DemoPerson = "assets/ada.avatar.glb";

/** Gaussians of the frames. */
const Splats = 100_000;

/** Measures everything and prints it. */
export async function ReportFacesAsync(): Promise<void> {
    console.log(`processor: ${cpus()[0]!.model}, Node ${process.version}`);
    const demo = ReadAvatar(readFileSync(DemoPerson));
    PrintTable(
        "From 52 shapes to channels, µs a frame, fastest of several rounds",
        ["channels", "all 52 shapes", "12 shapes", "copy of 52 numbers"],
        TimeMappers(demo).map(({ title, all, some, copy }) => [title, all, some, copy]),
    );
    const asset = EnlargeAvatar(demo, Splats);
    const moved = new Set(asset.morphTargets.flatMap(({ indices }) => [...indices])).size;
    const entries = asset.morphTargets.reduce((sum, { indices }) => sum + indices.length, 0);
    const { adapter, loading, frames } = await MeasureFacesAsync(asset);
    console.log(
        `\nadapter: ${adapter}\n${asset.gaussians.count} splats, ${moved} of them moved by ${asset.morphTargets.length} channels, ` +
            `${entries} offsets; gradients and upload ${loading.toFixed(0)} ms`,
    );
    const whole = frames[0]!.wall;
    PrintTable(
        "A frame by how many channels are not at rest, ms, median",
        ["channels", "skin", "all stages", "until drawn", "more than at rest, % of a frame"],
        frames.map(({ channels, skin, stages, wall }) => [
            `${channels}`,
            skin,
            stages,
            wall,
            (100 * (skin - frames[0]!.skin)) / whole,
        ]),
    );
}
