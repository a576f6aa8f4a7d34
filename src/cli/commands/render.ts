import { basename } from "node:path";
import { type GaussianAvatar } from "../../avatar/gaussianAvatar.js";
import { type IAvatarAsset } from "../../format/avatarAsset.js";
import { type IPinhole } from "../../math/pinhole.js";
import { GlbOfAsync, ReadAvatarFileAsync } from "../avatarFile.js";
import { CliError, UsageError } from "../cliError.js";
import { ExitCode, type ICommand, type ICommandLine } from "../command.js";
import { ReadUserFileAsync, RequireWritableAsync, WriteFileAtomicAsync } from "../files.js";
import { ChooseMotion, DescribeMotion, ReadMotionFileAsync } from "../motion/motionFile.js";
import {
    NumberOption,
    OnlyFile,
    ParseBackground,
    ParseFrames,
    ParseOrbit,
    ParseSize,
    TextOption,
} from "../optionValues.js";
import { RequireExtension, RequireNoInput } from "../outputFile.js";
import { PoseByClip, PoseByMotion, RequireClip, type PoseAt } from "../render/avatarPose.js";
import { AvatarStage } from "../render/avatarStage.js";
import { OrbitPinhole } from "../render/orbitCamera.js";
import { ParsePinhole } from "../render/pinholeCamera.js";
import { EncodePng } from "../render/pngFile.js";

const DefaultSize = "640x960";
const DefaultFramesPerSecond = 30;

/** Longest time that can be asked for, seconds: a day. */
const MaxSeconds = 86_400;

/** One picture to be taken. */
interface IShot {
    readonly path: string;
    readonly seconds: number;
}

/** `gaussian-avatar render`: pictures of an avatar, drawn in Node by the same renderer as in the browser. */
export const RenderCommand: ICommand = {
    help: `Usage: gaussian-avatar render <avatar.glb> -o <out.png> [options]

Draws an avatar into PNG files, without a browser, with what its networks make of each pose. Needs the npm package webgpu;
without a GPU also a software driver, which @sparticuz/chromium brings; for networks onnxruntime-web.

Pose (rest pose without any of these)
  --clip NAME      a clip of the avatar; it repeats (with --time or --frames alone: the first clip)
  --pose FILE      the motion of any humanoid rig, as retarget reads it: .npz, .bvh, .glb, .gltf, .vrm or .vrma;
                   with --clip, that clip of it
  --pose-up y|z    which axis of an .npz is up (default: found)
  --time SECONDS   point of time (default 0)
  --frames A:B[:STEP]  frames A to B, B included: writes out.0000.png, out.0001.png, … by frame number
  --fps N          frames a second of --frames (default ${DefaultFramesPerSecond})

Camera
  --camera YAW,PITCH[,DISTANCE]  degrees and metres about the middle of the person; yaw 0 is the front, positive goes
                   towards the person's left; positive pitch looks down from above; without a distance the whole
                   person is in the picture (default 0,0)
  --camera-json FILE  a calibrated camera {width, height, K: [9], R: [9], t: [3]}: OpenCV convention (x right, y down,
                   z forward), world → camera, the world is the avatar's space (metres, y up, facing +z), the middle of
                   the first pixel is (0.5, 0.5)

Picture
  -o, --output FILE     where to write, a .png
  --size WIDTHxHEIGHT   pixels (default ${DefaultSize}; --camera-json has its own)
  --background COLOUR   transparent or #rrggbb (default transparent)
  --software            use the software driver even where there is a GPU

Examples
  gaussian-avatar render ada.glb -o ada.png
  gaussian-avatar render ada.glb -o side.png --clip walk --time 0.4 --camera 90,0 --background "#f4f1ec"
  gaussian-avatar render ada.glb -o walk.png --clip walk --frames 0:29
  gaussian-avatar render ada.glb -o dance.png --pose dance.npz --time 3.5
  gaussian-avatar render ada.glb -o view7.png --camera-json view7.json
`,
    options: {
        output: { type: "string", short: "o" },
        clip: { type: "string" },
        time: { type: "string" },
        frames: { type: "string" },
        fps: { type: "string" },
        camera: { type: "string" },
        "camera-json": { type: "string" },
        size: { type: "string" },
        background: { type: "string" },
        pose: { type: "string" },
        "pose-up": { type: "string" },
        software: { type: "boolean" },
    },
    async runAsync(line) {
        const path = OnlyFile(line, "avatar file");
        const shots = PlanShots(line);
        CheckOptions(line);
        const orbit = ParseOrbit(TextOption(line, "camera") ?? "0,0");
        const background = ParseBackground(TextOption(line, "background") ?? "transparent");
        const size = ParseSize(TextOption(line, "size") ?? DefaultSize);
        const software = line.options["software"] === true;
        const others = [TextOption(line, "pose"), TextOption(line, "camera-json")];
        RequireNoInput(
            shots.map((shot) => shot.path),
            [path, ...others.filter((other) => other !== undefined)],
        );
        const calibration = await ReadCalibrationAsync(line);
        const file = await ReadAvatarFileAsync(path);
        const createPose = await ChoosePoseAsync(line, file.asset);
        await RequireWritableAsync(shots[0]!.path);
        const { width, height } = calibration ?? size;

        line.progress.report("starting the renderer", 0);
        const stage = await AvatarStage.CreateAsync(await GlbOfAsync(file), { width, height, background, software });
        try {
            const poseAt = createPose(stage.avatar);
            const moments = shots.map(({ seconds }) => (): Float32Array => {
                poseAt(seconds);
                return stage.getSpheres();
            });
            stage.setCamera(calibration ?? OrbitPinhole(orbit, moments, width, height));
            await DrawShotsAsync(line, stage, poseAt, shots, { width, height });
        } finally {
            stage.dispose();
        }
        return ExitCode.Ok;
    },
};

function PlanShots(line: ICommandLine): IShot[] {
    const output = TextOption(line, "output");
    if (output === undefined) {
        throw UsageError("Say where to write: -o out.png.");
    }
    RequireExtension(output, ".png");
    CheckExclusive(line, "time", "frames");
    const frames = TextOption(line, "frames");
    if (frames === undefined) {
        return [{ path: output, seconds: NumberOption(line, "time", 0, MaxSeconds) ?? 0 }];
    }
    const rate = NumberOption(line, "fps", 0.001, 1000) ?? DefaultFramesPerSecond;
    const stem = output.replace(/\.png$/i, "");
    return ParseFrames(frames).map((frame) => ({
        path: `${stem}.${String(frame).padStart(4, "0")}.png`,
        seconds: frame / rate,
    }));
}

function CheckOptions(line: ICommandLine): void {
    CheckExclusive(line, "camera", "camera-json");
    CheckExclusive(line, "size", "camera-json");
    CheckCompanion(line, "pose-up", "pose");
    CheckCompanion(line, "fps", "frames");
    const up = TextOption(line, "pose-up") ?? "y";
    if (up !== "y" && up !== "z") {
        throw UsageError(`--pose-up is "${up}": y or z is expected.`);
    }
}

function CheckCompanion(line: ICommandLine, one: string, needed: string): void {
    if (line.options[one] !== undefined && line.options[needed] === undefined) {
        throw UsageError(`--${one} does nothing without --${needed}.`);
    }
}

function CheckExclusive(line: ICommandLine, one: string, other: string): void {
    if (line.options[one] !== undefined && line.options[other] !== undefined) {
        throw UsageError(`--${one} and --${other} exclude each other.`);
    }
}

async function ReadCalibrationAsync(line: ICommandLine): Promise<IPinhole | null> {
    const path = TextOption(line, "camera-json");
    if (path === undefined) {
        return null;
    }
    return ParsePinhole(new TextDecoder().decode(await ReadUserFileAsync(path)), basename(path));
}

/** Reads and checks what poses the avatar, before the renderer starts. */
async function ChoosePoseAsync(line: ICommandLine, asset: IAvatarAsset): Promise<(avatar: GaussianAvatar) => PoseAt> {
    const pose = TextOption(line, "pose");
    if (pose !== undefined) {
        const up = TextOption(line, "pose-up");
        const motions = await ReadMotionFileAsync(pose, up === "y" || up === "z" ? { upAxis: up } : {});
        const motion = ChooseMotion(motions, TextOption(line, "clip"));
        const profile = DescribeMotion(motion, basename(pose));
        return (avatar) => PoseByMotion(avatar, asset.joints, motion, profile);
    }
    const isTimed = line.options["time"] !== undefined || line.options["frames"] !== undefined;
    const clip = TextOption(line, "clip") ?? (isTimed ? asset.animations[0]?.name : undefined);
    if (clip !== undefined) {
        RequireClip(asset, clip);
        return (avatar) => PoseByClip(avatar, clip);
    }
    if (isTimed) {
        line.progress.note("note: the avatar has no clips, so it stays at rest.");
    }
    return () => () => undefined;
}

async function DrawShotsAsync(
    line: ICommandLine,
    stage: AvatarStage,
    poseAt: PoseAt,
    shots: readonly IShot[],
    { width, height }: { readonly width: number; readonly height: number },
): Promise<void> {
    let hasNetworks = true;
    /** With what the networks make of the pose; where they do not run, only skinned, as in a page. */
    const drawAsync = async (): Promise<Uint8Array> => {
        try {
            return await (hasNetworks ? stage.drawSettledAsync() : stage.drawAsync());
        } catch (error) {
            if (!(error instanceof CliError && error.code === "networks-failed")) {
                throw error;
            }
            line.progress.note(`note: pictures are without networks. ${error.message}`);
            hasNetworks = false;
            return await stage.drawAsync();
        }
    };
    for (const [index, { path, seconds }] of shots.entries()) {
        line.progress.report(`drawing ${basename(path)}`, index / shots.length);
        poseAt(seconds);
        // eslint-disable-next-line no-await-in-loop -- one scene draws one picture at a time
        await WriteFileAtomicAsync(path, EncodePng(width, height, await drawAsync()));
        line.terminal.writeResult(`${path}\n`);
    }
}
