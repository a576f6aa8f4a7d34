import { basename, extname } from "node:path";
import { performance } from "node:perf_hooks";
import { AdjustWhileBaking } from "../../animation/adjust/adjustWhileBaking.js";
import { BodyAdjustments } from "../../animation/adjust/bodyAdjustments.js";
import { type IMotion } from "../../animation/motion/motion.js";
import { type SmplUpAxis } from "../../animation/motion/smplUpAxis.js";
import { SampleBodyFrames } from "../../animation/motion/bodyFrames.js";
import { WriteBvh } from "../../animation/motion/writeBvh.js";
import { WriteMotionGlb } from "../../animation/motion/writeMotionGlb.js";
import { WriteSmplMotion } from "../../animation/motion/writeSmplMotion.js";
import { BodyOfAsset } from "../../animation/pose/bodyOfAsset.js";
import { MeasureAvatarBody } from "../../animation/pose/measureAvatarBody.js";
import { NeutralJoints } from "../../animation/pose/neutralJoints.js";
import { ClipSampler } from "../../animation/retarget/clipSampler.js";
import { RetargetMotion } from "../../animation/retarget/retargetMotion.js";
import { RigError } from "../../animation/rig/rigError.js";
import { type RigJointNames } from "../../animation/rig/rigProfile.js";
import { ParseRigProfile } from "../../animation/rig/rigProfileFile.js";
import { type IAvatarJoint } from "../../format/avatarAsset.js";
import { ReadAvatarFileAsync } from "../avatarFile.js";
import { FormatBytes } from "../avatarSummary.js";
import { UsageError } from "../cliError.js";
import { ExitCode, type ICommand, type ICommandLine } from "../command.js";
import { ReadUserFileAsync, RequireWritableAsync, WriteFileAtomicAsync } from "../files.js";
import { MeasureMotion, type IMotionReport, type IRetargeted } from "../motion/measureMotion.js";
import { ChooseMotion, DescribeMotion, ReadMotionFileAsync } from "../motion/motionFile.js";
import { NumberOption, OnlyFile, TextOption } from "../optionValues.js";
import { RequireExtension, RequireNoInput } from "../outputFile.js";

/** Kinds of files that are written, by their extension. */
const Outputs = [".npz", ".bvh", ".glb"] as const;

/** Clips that are named when none was chosen. */
const MaxListedClips = 20;

/** Highest frame rate that can be asked for. */
const MaxFrameRate = 1000;

/** `gaussian-avatar retarget`: the motion of any humanoid rig, put on an avatar. */
export const RetargetCommand: ICommand = {
    help: `Usage: gaussian-avatar retarget <source> -o <out.npz | out.bvh | out.glb> [options]

Puts the motion of any humanoid rig on the joints of an avatar. The source is a clip of a .glb, .gltf, .vrm or .vrma, a
.bvh, or an .npz of the SMPL family. Written are SMPL-X parameters in the layout of AMASS (.npz), the 55 SMPL-X joints as
.bvh, or a skeleton with its animation as .glb.

Options
  -o, --output FILE   where to write: .npz, .bvh or .glb
  --avatar FILE       the avatar whose body moves (default: the average SMPL-X body)
  --clip NAME         the clip of the source (default: the first)
  --fps N             poses a second (default: the source's own)
  --feet              plant feet that stand: no sliding, soles on the ground
  --in-place          take out the travel, walk on the spot
  --rig FILE.json     which node plays which joint, where names do not tell: {"joints": {"left_wrist": "Hand_L"}},
                      or rig.map of a report, mended
  --rest-frame N      frame of a .bvh in which the performer stands in a T- or A-pose (default: found)
  --source-up y|z|-y  axis of an .npz or .bvh that points up (default: found)
  --up y|z            axis that points up in the .npz that is written (default y)
  --report FILE.json  write mapping, confidence, warnings and figures of accuracy by part of the body

Examples
  gaussian-avatar retarget hero.glb --clip walk -o walk.npz
  gaussian-avatar retarget dance.bvh --avatar ada.glb --feet -o dance.glb
  gaussian-avatar retarget mocap.npz -o mocap.bvh --fps 30 --report mocap.json
`,
    options: {
        output: { type: "string", short: "o" },
        avatar: { type: "string" },
        clip: { type: "string" },
        fps: { type: "string" },
        feet: { type: "boolean" },
        "in-place": { type: "boolean" },
        rig: { type: "string" },
        "rest-frame": { type: "string" },
        "source-up": { type: "string" },
        up: { type: "string" },
        report: { type: "string" },
    },
    async runAsync(line) {
        const path = OnlyFile(line, "motion file");
        const { output, report } = CheckOutputs(line, path);
        const upAxis = AxisOption(line, "up", ["y", "z"]) ?? "y";
        const start = performance.now();
        const { retargeted, joints } = await RetargetAsync(line, path);
        await RequireWritableAsync(output);
        line.progress.report("writing", 0);
        const bytes = WriteMotion(retargeted, joints, output, upAxis);
        await WriteFileAtomicAsync(output, bytes);
        if (report !== undefined) {
            line.progress.report("measuring", 0);
            const figures = MeasureMotion(retargeted);
            await WriteFileAtomicAsync(report, new TextEncoder().encode(`${JSON.stringify(figures, null, 2)}\n`));
            line.progress.note(Summarize(figures));
        }
        const { motion, profile, frameRate } = retargeted;
        const frames = Math.round(motion.duration * frameRate) + 1;
        line.progress.clear();
        line.terminal.writeResult(
            `${output}: "${motion.name}", ${frames} frames at ${FormatRate(frameRate)} Hz, ${profile.mapping.template} rig ` +
                `(confidence ${Math.round(profile.mapping.confidence * 100)} %), ${FormatBytes(bytes.length)}, ` +
                `${((performance.now() - start) / 1000).toFixed(1)} s\n`,
        );
        return ExitCode.Ok;
    },
};

function CheckOutputs(line: ICommandLine, path: string): { output: string; report: string | undefined } {
    const output = TextOption(line, "output");
    if (output === undefined) {
        throw UsageError("Say where to write: -o motion.npz, .bvh or .glb.");
    }
    if (!Outputs.some((extension) => extension === extname(output).toLowerCase())) {
        throw UsageError(`-o is "${output}": a name that ends in ${Outputs.join(", ")} is expected.`);
    }
    const report = TextOption(line, "report");
    if (report !== undefined) {
        RequireExtension(report, ".json", "--report");
    }
    if (line.options["up"] !== undefined && extname(output).toLowerCase() !== ".npz") {
        throw UsageError("--up does nothing without an .npz to write: other files have y up.");
    }
    const inputs = [path, TextOption(line, "avatar"), TextOption(line, "rig")].filter((input) => input !== undefined);
    RequireNoInput(report === undefined ? [output] : [output, report], inputs);
    return { output, report };
}

function AxisOption<Axis extends SmplUpAxis>(
    line: ICommandLine,
    name: string,
    axes: readonly Axis[],
): Axis | undefined {
    const text = TextOption(line, name);
    const axis = axes.find((known) => known === text);
    if (text !== undefined && axis === undefined) {
        throw UsageError(`--${name} is "${text}": ${axes.join(", ").replace(/, ([^,]*)$/, " or $1")} is expected.`);
    }
    return axis;
}

async function RetargetAsync(
    line: ICommandLine,
    path: string,
): Promise<{ retargeted: IRetargeted; joints: readonly IAvatarJoint[] }> {
    const upAxis = AxisOption(line, "source-up", ["y", "z", "-y"]);
    const restFrame = NumberOption(line, "rest-frame", 0, Number.MAX_SAFE_INTEGER, true);
    const fps = NumberOption(line, "fps", 0.001, MaxFrameRate);
    line.progress.report("reading the motion", 0);
    const rigMap = await ReadRigMapAsync(TextOption(line, "rig"));
    const motions = await ReadMotionFileAsync(path, { upAxis, restFrame, joints: rigMap });
    const clip = TextOption(line, "clip");
    const motion = ChooseMotion(motions, clip);
    if (clip === undefined && motions.length > 1) {
        line.progress.note(`note: "${motion.name}" is taken; --clip chooses from ${ListClips(motions)}.`);
    }
    const avatar = TextOption(line, "avatar");
    const asset = avatar === undefined ? null : (await ReadAvatarFileAsync(avatar)).asset;
    const joints = asset?.joints ?? NeutralJoints;
    line.progress.report("retargeting", 0);
    const profile = DescribeMotion(motion, basename(path), rigMap);
    const warnings = [...(motion.warnings ?? []), ...profile.mapping.warnings];
    const body = asset ? BodyOfAsset(asset) : MeasureAvatarBody(NeutralJoints);
    const frameRate = fps ?? motion.frameRate;
    const adjustments = new BodyAdjustments(body);
    adjustments.feet.weight = 1;
    const result = RetargetMotion(motion, profile, body, {
        frameRate,
        rootMotion: line.options["in-place"] === true ? "inPlace" : "full",
        ...(line.options["feet"] === true ? { adjust: AdjustWhileBaking(adjustments, body, motion, profile) } : {}),
        // What is written a frame at a time needs no keys saved.
        ...(extname(TextOption(line, "output")!).toLowerCase() === ".glb" ? {} : { tolerance: 0 }),
        onWarning: (message) => warnings.push(message),
    });
    for (const warning of warnings) {
        line.progress.note(`note: ${warning}`);
    }
    return { retargeted: { motion, profile, body, clip: result, frameRate, warnings }, joints };
}

/** The map of `--rig`: what a report holds as `rig.map`, or a few joints written by hand. */
async function ReadRigMapAsync(path: string | undefined): Promise<RigJointNames | undefined> {
    if (path === undefined) {
        return undefined;
    }
    const bytes = await ReadUserFileAsync(path);
    try {
        const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
        const whole = { format: "gaussian-avatar-rig", version: 1, name: basename(path) };
        return ParseRigProfile(typeof json === "object" ? { ...whole, ...json } : json).joints;
    } catch (cause) {
        throw new RigError(
            "rig-invalid-profile",
            `${basename(path)}: ${(cause as Error).message} A map is like {"joints": {"left_wrist": "Hand_L", "jaw": null}}; ` +
                "--report writes one as rig.map.",
            { cause },
        );
    }
}

function WriteMotion(
    { clip, body, frameRate }: IRetargeted,
    joints: readonly IAvatarJoint[],
    output: string,
    upAxis: "y" | "z",
): Uint8Array {
    const extension = extname(output).toLowerCase();
    if (extension === ".glb") {
        return WriteMotionGlb([clip], joints);
    }
    const frames = SampleBodyFrames(new ClipSampler(clip, body), frameRate);
    return extension === ".npz"
        ? WriteSmplMotion(frames, { upAxis })
        : new TextEncoder().encode(WriteBvh(frames, body));
}

function ListClips(motions: readonly IMotion[]): string {
    const names = motions.slice(0, MaxListedClips).map(({ name }) => `"${name}"`);
    const others = motions.length - names.length;
    return names.join(", ") + (others > 0 ? ` and ${others} more` : "");
}

function Summarize({ metrics }: IMotionReport): string {
    // Of the others a rotation is compared, which the rig's calibration vouches for itself.
    const parts = (["arms", "hands", "fingers", "legs"] as const)
        .map((part) => [part, metrics.directionDegrees[part]] as const)
        .filter(([, { count }]) => count > 0)
        .map(([part, { mean }]) => `${part} ${mean.toFixed(1)}°`);
    return (
        `direction errors: ${parts.join(", ")}; joints ${metrics.poseMillimetres.mean.toFixed(0)} mm apart ` +
        `(${metrics.jointMillimetres.mean.toFixed(0)} mm with what the two are built like); ` +
        `standing feet slide ${metrics.feet.slideMean.toFixed(1)} cm/s (source ${metrics.sourceSlide.mean.toFixed(1)})`
    );
}

function FormatRate(rate: number): string {
    return String(Math.round(rate * 100) / 100);
}
