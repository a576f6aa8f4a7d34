import { availableParallelism } from "node:os";
import { basename, extname } from "node:path";
import { performance } from "node:perf_hooks";
import { CaptureFolder } from "../capture/captureFolder.js";
import {
    PlanSessionAsync,
    RequestOfAsync,
    type ICaptureSession,
    type ISessionOptions,
} from "../capture/captureSession.js";
import { RunWorkersAsync, type IWorkerReport } from "../capture/captureWorkers.js";
import { MissingPictures, ShootFramesAsync, type IShootOptions } from "../capture/shootFrames.js";
import { type ICaptureManifest } from "../../convert/capture/captureManifest.js";
import { type CaptureSubjectKind } from "../../convert/capture/cameraPlacement.js";
import { BodyLight } from "../../convert/capture/bodyLight.js";
import { MaxNameLength } from "../../format/limits.js";
import { UsageError } from "../cliError.js";
import { ExitCode, type ICommand, type ICommandLine } from "../command.js";
import { RequireWritableAsync } from "../files.js";
import { NumberOption, TextOption } from "../optionValues.js";

const Defaults = { poses: 240, heldOut: 16, seed: 1, size: 512 } as const;

/** A head is shot with more expressions than a body has poses: its cameras are few. */
const HeadDefaults = { poses: 320, heldOut: 24 } as const;

/** Licence of a character of which nobody said it. */
const UnknownLicense = "unknown";

/** Most worker processes. */
const MaxJobs = 64;

/** Beyond this many, software drivers wait for memory. */
const MaxDefaultJobs = 8;

/** `gaussian-avatar capture`: a rigged character is photographed from all sides, for training. */
export const CaptureCommand: ICommand = {
    help: `Usage: gaussian-avatar capture <hero.glb> [--motion <motion> …] -o <folder> [options]

Photographs a rigged character in many poses with a ring of calibrated cameras, without a browser: pictures, masks, poses
and cameras in the layout of THuman4.0, to train an avatar from. Light and folds of the clothes depend on the pose. What is
in the folder is not made again: a capture that was stopped goes on with the same command. Needs the npm packages webgpu
and sharp; without a GPU also a software driver, which @sparticuz/chromium brings.

Options
  -o, --output FOLDER  where to write
  --motion FILE …      motions to take poses from: .npz, .bvh, .glb, .gltf, .vrm or .vrma; the other poses, or all, are
                       sampled within the limits of the joints
  --of head            only the head, from all around, in expressions instead of poses: each channel alone, then mixtures
  --poses N            poses to train with (default ${Defaults.poses}; of a head ${HeadDefaults.poses})
  --held-out N         poses to measure with, shot by cameras of their own (default ${Defaults.heldOut}; of a head ${HeadDefaults.heldOut})
  --seed K             chooses poses and places of the cameras (default ${Defaults.seed})
  --size PIXELS        side of the square pictures (default ${Defaults.size})
  --name NAME          name of the person (default: name of the file)
  --license ID         licence of the character, for example CC0-1.0 (default unknown)
  --notice TEXT        notice that the licence asks to be kept
  --jobs N             processes that draw at the same time (default: one a processor core, 8 at most)
  --software           use the software driver even where there is a GPU

Examples
  gaussian-avatar capture hero.glb --motion walk.bvh dance.npz -o captures/hero --license CC-BY-4.0
  gaussian-avatar capture hero.glb --of head -o captures/hero-head --license CC-BY-4.0
  gaussian-avatar capture hero.glb --poses 20 --held-out 2 --size 256 -o captures/test
`,
    options: {
        output: { type: "string", short: "o" },
        motion: { type: "string", multiple: true },
        of: { type: "string" },
        poses: { type: "string" },
        "held-out": { type: "string" },
        seed: { type: "string" },
        size: { type: "string" },
        name: { type: "string" },
        license: { type: "string" },
        notice: { type: "string" },
        jobs: { type: "string" },
        software: { type: "boolean" },
        // One of several processes: `index/count`.
        share: { type: "string" },
    },
    async runAsync(line) {
        const start = performance.now();
        const wanted = ReadRequest(line);
        await RequireWritableAsync(`${wanted.output}/capture.json`);
        const options: ISessionOptions = {
            ...wanted,
            onStage: (stage) => {
                line.progress.report(stage, 0);
            },
            onNote: (note) => {
                line.progress.note(`note: ${note}`);
            },
        };
        const folder = new CaptureFolder(wanted.output);
        const request = await RequestOfAsync(options);
        const begun = await folder.readBegunAsync(request);
        const session = await PlanSessionAsync(options, request);
        if (wanted.share) {
            await ShootShareAsync(session, folder, wanted.share, line);
            return ExitCode.Ok;
        }
        const manifest = ManifestOf(session, LabelsOf(wanted, begun));
        if (begun) {
            // What was asked then is what is there, under the names that files had then.
            await folder.goOnAsync(begun, { ...manifest, request: begun.request });
        } else {
            line.progress.report("writing poses and cameras", 0);
            await folder.beginAsync(session, manifest);
        }
        const missing = [...MissingPictures(session, folder).values()].reduce((sum, { length }) => sum + length, 0);
        const total = session.frames.reduce((sum, { cameras }) => sum + cameras.length, 0);
        let taken = total - missing;
        const onReport = ({ pictures }: IWorkerReport): void => {
            taken += pictures;
            const percent = Math.floor((20 * taken) / total) * 5;
            const far = line.terminal.isInteractive ? `${taken} of ${total}` : `${percent} % of ${total}`;
            line.progress.report(`${far} pictures`, taken / total);
        };
        onReport({ pictures: 0 });
        await TakePicturesAsync(session, folder, wanted, line, missing, onReport);
        ReportResult(line, wanted.output, manifest, { missing, total, seconds: (performance.now() - start) / 1000 });
        return ExitCode.Ok;
    },
};

/** The command line, understood. */
interface IWanted {
    readonly subject: string;
    readonly motions: readonly string[];
    readonly output: string;
    readonly name: string;
    /** What was said of the name, the licence and notices. */
    readonly said: Partial<ILabels>;
    readonly of: CaptureSubjectKind;
    readonly poses: number;
    readonly heldOut: number;
    readonly seed: number;
    readonly size: number;
    readonly jobs: number;
    readonly share: IShootOptions["share"] | undefined;
}

/** What is told of a person and changes no picture. */
type ILabels = Pick<ICaptureManifest, "name" | "license" | "notices">;

function ReadRequest(line: ICommandLine): IWanted {
    const [subject, ...others] = line.files;
    if (subject === undefined) {
        throw UsageError("Say whom to capture: gaussian-avatar capture hero.glb -o captures/hero.");
    }
    const given = line.options["motion"];
    const motion: readonly string[] = Array.isArray(given) ? given : [];
    if (others.length > 0 && motion.length === 0) {
        throw UsageError(`One subject is expected, "${others[0]}" is a second. Motions follow --motion.`);
    }
    const output = TextOption(line, "output");
    if (output === undefined) {
        throw UsageError("Say where to write: -o captures/hero.");
    }
    const of = SubjectKindOf(TextOption(line, "of"));
    const defaults = of === "head" ? { ...Defaults, ...HeadDefaults } : Defaults;
    if (of === "head" && motion.length > 0) {
        throw UsageError("--motion poses bodies: a capture of a head takes none.");
    }
    const [givenName, license, notice] = ["name", "license", "notice"].map((option) => TextOption(line, option));
    const name = givenName ?? basename(subject, extname(subject));
    RequireLength("name", name);
    if (license !== undefined) {
        RequireLength("license", license);
    }
    return {
        subject,
        motions: [...motion, ...others],
        output,
        name,
        said: {
            ...(givenName === undefined ? {} : { name }),
            ...(license === undefined ? {} : { license }),
            ...(notice === undefined ? {} : { notices: [notice] }),
        },
        of,
        poses: NumberOption(line, "poses", 1, 100_000, true) ?? defaults.poses,
        heldOut: NumberOption(line, "held-out", 0, 100_000, true) ?? defaults.heldOut,
        seed: NumberOption(line, "seed", 0, 0xffffffff, true) ?? Defaults.seed,
        size: NumberOption(line, "size", 16, 2048, true) ?? Defaults.size,
        jobs: NumberOption(line, "jobs", 1, MaxJobs, true) ?? Math.min(MaxDefaultJobs, availableParallelism()),
        share: ParseShare(TextOption(line, "share")),
    };
}

function SubjectKindOf(text: string | undefined): CaptureSubjectKind {
    if (text !== undefined && text !== "head" && text !== "body") {
        throw UsageError(`--of is "${text}": head or body is expected.`);
    }
    return text ?? "body";
}

/** `capture.json` holds no longer texts, and would not be read again. */
function RequireLength(option: string, text: string): void {
    if (text === "" || text.length > MaxNameLength) {
        throw UsageError(`--${option} has ${text.length} characters: 1 to ${MaxNameLength} are expected.`);
    }
}

function ParseShare(text: string | undefined): IShootOptions["share"] | undefined {
    if (text === undefined) {
        return undefined;
    }
    const [index = NaN, count = NaN] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).slice(1).map(Number);
    if (!(index < count)) {
        throw UsageError(`--share is "${text}": index/count is expected, for example 0/2.`);
    }
    return { index, count };
}

/** What is said now counts, then what was said when the capture began. */
function LabelsOf({ name, said }: IWanted, begun: ICaptureManifest | null): ILabels {
    const { name: known, license, notices } = begun ?? { name, license: UnknownLicense, notices: [] };
    return { name: known, license, notices, ...said };
}

function ManifestOf({ request, rig, subject, frames }: ICaptureSession, labels: ILabels): ICaptureManifest {
    return {
        version: 1,
        ...labels,
        seed: request.seed,
        imgSize: [rig.size, rig.size],
        joints: subject.joints.map(({ name }) => name),
        expressions: subject.expressions.map(({ name }) => name),
        light: {
            what: `A key light with soft shadows and a sky with ambient occlusion; both turn with the ${request.of ?? "pelvis"}.`,
            keyColor: [...new BodyLight(subject).keyColor],
        },
        ...(rig.bust ? { bounds: { ...rig.bust, center: [...rig.bust.center] } } : {}),
        cameras: Object.fromEntries(rig.cameras.map(({ name, target, split }) => [name, { target, split }])),
        frames: frames.map(({ pose, cameras }) => ({
            source: pose.source,
            split: pose.split,
            cameras: cameras.map((camera) => rig.cameras[camera]!.name),
        })),
        request,
    };
}

async function TakePicturesAsync(
    session: ICaptureSession,
    folder: CaptureFolder,
    { jobs }: IWanted,
    line: ICommandLine,
    missing: number,
    onReport: (report: IWorkerReport) => void,
): Promise<void> {
    const workers = Math.min(jobs, missing);
    if (workers > 1) {
        await RunWorkersAsync("capture", ["--quiet", ...ArgumentsOf(line)], workers, onReport);
        return;
    }
    await WithStopAsync(async (signal) => {
        await ShootFramesAsync(session, folder, {
            share: { index: 0, count: 1 },
            software: line.options["software"] === true,
            signal,
            onPicture: () => {
                onReport({ pictures: 1 });
            },
        });
    });
}

async function ShootShareAsync(
    session: ICaptureSession,
    folder: CaptureFolder,
    share: IShootOptions["share"],
    line: ICommandLine,
): Promise<void> {
    await WithStopAsync(async (signal) => {
        await ShootFramesAsync(session, folder, {
            share,
            software: line.options["software"] === true,
            signal,
            onPicture: () => process.send?.({ pictures: 1 } satisfies IWorkerReport),
        });
    });
    process.disconnect?.();
}

/** Ends the work in order when the user stops it: what was taken is kept whole. */
async function WithStopAsync(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const stop = new AbortController();
    const onSignal = (): void => {
        stop.abort();
    };
    process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
    try {
        await work(stop.signal);
    } finally {
        process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    }
}

/** The command line that was given, less what concerns this process only. */
function ArgumentsOf({ files, options }: ICommandLine): string[] {
    const given = Object.entries(options).flatMap(([name, value]) => {
        if (name === "jobs" || name === "quiet") {
            return [];
        }
        if (typeof value === "boolean") {
            return value ? [`--${name}`] : [];
        }
        return (Array.isArray(value) ? value : [value]).map((text) => `--${name}=${text}`);
    });
    return [...given, "--", ...files];
}

function ReportResult(
    line: ICommandLine,
    output: string,
    { frames, license }: ICaptureManifest,
    { missing, total, seconds }: { readonly missing: number; readonly total: number; readonly seconds: number },
): void {
    line.progress.clear();
    const rate = missing > 0 ? `${missing} taken in ${(seconds / 60).toFixed(1)} min` : "all were there";
    line.terminal.writeResult(`${output}: ${frames.length} poses, ${total} pictures, ${rate}\n`);
    if (license === UnknownLicense) {
        line.progress.note("note: say under which licence the character may be used, with --license.");
    }
}
