import { LipGap } from "../../animation/face/compose/lipGap.js";
import { type IExpressionSpace } from "../../animation/face/space/expressionSpace.js";
import { type IFaceTrack } from "../../animation/face/tracks/faceTrack.js";
import { ArkitCount, ArkitIndices, type ArkitName, ArkitNames } from "../../animation/face/vocabulary/arkit.js";
import { type IFaceMapping } from "../../animation/face/vocabulary/faceMapping.js";
import { FaceMixer } from "../../animation/face/vocabulary/faceMixer.js";
import { MapFaceChannels } from "../../animation/face/vocabulary/mapFaceChannels.js";
import { type IAnimationClip } from "../../format/avatarAsset.js";

/** Lips that are less apart than this share of their mean are closed. */
const ClosedShare = 0.1;
/** A shape that never exceeds this is not moved. */
const LeastMoved = 0.05;

/** What was made of a recorded face, for people and for scripts. */
export interface IFaceReport {
    /** The recording. */
    readonly source: {
        readonly name: string;
        readonly frames: number;
        readonly seconds: number;
        readonly warnings: readonly string[];
    };
    /** Which of its channels were taken for what. */
    readonly mapping: Pick<IFaceMapping, "channels" | "unknown" | "unused">;
    /** What the avatar's face can do. */
    readonly avatar: IFaceSpaceReport;
    /** Shapes that the recording moves and the avatar cannot show. */
    readonly notShown: readonly ArkitName[];
    /** Frames with closed lips, and the share of them that are closed on the avatar; null where its channels cannot tell. */
    readonly closures: { readonly frames: number; readonly kept: number | null };
}

/** What an avatar's face can do. */
export interface IFaceSpaceReport {
    /** Its channels and the shapes that each follows, with weights. */
    readonly channels: readonly { readonly name: string; readonly follows: Readonly<Record<string, number>> }[];
    /** Its joints that turn with the face. */
    readonly joints: readonly string[];
}

/**
 * What an avatar's face can do, in words.
 *
 * @param space its channels and joints
 */
export function DescribeSpace({ channels, fromArkit, joints, compounds = [] }: IExpressionSpace): IFaceSpaceReport {
    return {
        channels: channels.map((name, d) => ({
            name,
            follows: Object.fromEntries(
                ArkitNames.flatMap((shape) => {
                    const own = compounds.find(({ channel }) => channel === d)?.shapes[ArkitIndices[shape]];
                    const weight = own ?? fromArkit[ArkitIndices[shape] * channels.length + d]!;
                    return weight === 0 ? [] : [[shape, Number(weight.toFixed(4))]];
                }),
            ),
        })),
        joints: joints.map(({ joint }) => joint),
    };
}

/**
 * Compares a clip with the recording that it was made of.
 *
 * @param track the recording
 * @param mapping what its channels are
 * @param clip the clip
 * @param space the avatar's channels
 */
export function MeasureFace(
    track: IFaceTrack,
    mapping: IFaceMapping,
    clip: IAnimationClip,
    space: IExpressionSpace,
): IFaceReport {
    const source = ShapesOf(track.values, track.times.length, mapping);
    const { name, times, warnings } = track;
    return {
        source: { name, frames: times.length, seconds: Number(times.at(-1)!.toFixed(3)), warnings },
        mapping: { channels: mapping.channels, unknown: mapping.unknown, unused: mapping.unused },
        avatar: DescribeSpace(space),
        notShown: NotShown(source, space),
        closures: Closures(source, clip, space),
    };
}

/** [T][52] what channels make of a face. */
function ShapesOf(values: Float32Array, frames: number, mapping: IFaceMapping): Float32Array[] {
    const mixer = new FaceMixer(mapping);
    return Array.from({ length: frames }, (_, frame) => {
        const shapes = new Float32Array(ArkitCount);
        mixer.mix(values, (frame * values.length) / frames, shapes);
        return shapes;
    });
}

function NotShown(
    source: readonly Float32Array[],
    { channels, fromArkit, joints, compounds = [] }: IExpressionSpace,
): ArkitName[] {
    return ArkitNames.filter((_, shape) => {
        const isMoved = source.some((shapes) => shapes[shape]! > LeastMoved);
        const row = fromArkit.subarray(shape * channels.length, (shape + 1) * channels.length);
        const isTurned = joints.some(({ turns }) =>
            turns.subarray(shape * 3, shape * 3 + 3).some((angle) => angle !== 0),
        );
        const isPart = compounds.some(({ shapes }) => shapes[shape] !== 0);
        return isMoved && !isTurned && !isPart && row.every((weight) => weight === 0);
    });
}

function Closures(
    source: readonly Float32Array[],
    clip: IAnimationClip,
    { channels }: IExpressionSpace,
): { frames: number; kept: number | null } {
    const gaps = source.map((shapes) => LipGap(shapes));
    const limit = (ClosedShare * gaps.reduce((sum, gap) => sum + gap, 0)) / gaps.length;
    const closed = gaps.flatMap((gap, frame) => (gap < limit ? [frame] : []));
    const shown = MapFaceChannels(channels, { name: clip.name });
    const opens = shown.channels.some(({ shapes }) => shapes.jawOpen !== undefined);
    if (closed.length === 0 || !opens) {
        return { frames: closed.length, kept: null };
    }
    const result = ShapesOf(clip.tracks.find(({ path }) => path === "weights")!.values, source.length, shown);
    const kept = closed.filter((frame) => LipGap(result[frame]!) < limit).length;
    return { frames: closed.length, kept: Number((kept / closed.length).toFixed(4)) };
}
