import { AvatarError } from "../../diagnostics/avatarError.js";
import {
    type IAnimationClip,
    type IAvatarAsset,
    type IAvatarCredits,
    type IAvatarJoint,
} from "../../format/avatarAsset.js";
import { SmplxJointNames, SmplxJointParents } from "../../format/bodyModel.js";
import { MaxGaussians } from "../../format/limits.js";
import { IdentityQuaternion } from "../../math/quaternion.js";
import { SubtractVector3, type Vector3Tuple } from "../../math/vector3.js";
import { AvatarBakeError } from "./avatarBakeError.js";
import { BakeClip } from "./bakeClips.js";
import { BakeMorphs } from "./bakeMorphs.js";
import { type IBindPose, ReconstructBindPose } from "./bindPose.js";
import { BuildCanonicalMeshes, type ICanonicalMesh, SoleHeight } from "./canonicalMesh.js";
import { BindHipsInScene, FindCanonicalPose, type ICanonicalPose } from "./canonicalPose.js";
import { ReadCharacterAsync } from "./readCharacter.js";
import { type IGltfWithResources } from "./readDocument.js";
import { type DecodeImage, type IRiggedCharacter } from "./riggedCharacter.js";
import { ShapeSplats } from "./splatShape.js";
import { SampleSurfaceAsync } from "./surfaceSampling.js";

/** Gaussians of a baked avatar unless told otherwise: 5 mm apart on an adult's body, 2 mm on the face. */
export const DefaultSplats = 60_000;

/** Share of the work that is done before and after sampling. */
const SamplingDone = { from: 0.35, to: 0.75 } as const;

/** What the baker is doing. */
export type BakeStage = "read" | "pose" | "sample" | "clips" | "done";

/** How far the baker is. */
export interface IBakeProgress {
    /** Current stage. */
    readonly stage: BakeStage;
    /** Share of the whole work that is done, 0..1. */
    readonly done: number;
}

/** Options of {@link BakeAvatarAsync}. */
export interface IBakeAvatarOptions {
    /** Decodes pictures: `DecodeImageInBrowserAsync` in a page. */
    readonly decodeImage: DecodeImage;
    /** Number of Gaussians (default: {@link DefaultSplats}). */
    readonly splats?: number;
    /** Name of the avatar, also used in messages (default: "avatar"). */
    readonly name?: string;
    /** Names of the clips to take over (default: all). */
    readonly clips?: readonly string[];
    /** Names of the morph targets to take over (default: all). */
    readonly morphs?: readonly string[];
    /** Origin and licence of the character (default: unknown licence, no notices). */
    readonly credits?: IAvatarCredits;
    /** Told about progress. */
    readonly onProgress?: (progress: IBakeProgress) => void;
    /** Told, for people, what is left out or mended: values that are no numbers, sides that were exchanged. */
    readonly onWarning?: (message: string) => void;
    /** Stops the work; the promise rejects with the signal's reason. */
    readonly signal?: AbortSignal;
}

/**
 * Makes an avatar from any rigged glTF character without training: the textured surface becomes flat Gaussians in the
 * canonical T-pose, skinned to the 55 SMPL-X joints; facial morph targets and clips come along.
 * All 55 joints are always there; those the rig lacks rest at human proportions and move nothing.
 *
 * @param source bytes of a `.glb` or `.vrm`, or a `.gltf` with its side files
 * @param options see {@link IBakeAvatarOptions}
 * @returns the avatar as plain data, ready for `WriteAvatar`
 * @throws AvatarBakeError when the file is broken, too large or has no skinned, visible triangles
 * @throws RigError when required joints cannot be found
 *
 * @example
 * ```ts
 * const avatar = await BakeAvatarAsync(new Uint8Array(await file.arrayBuffer()), {
 *     decodeImage: DecodeImageInBrowserAsync,
 *     onProgress: ({ stage, done }) => ShowProgress(stage, done),
 * });
 * ```
 */
export async function BakeAvatarAsync(
    source: Uint8Array | IGltfWithResources,
    options: IBakeAvatarOptions,
): Promise<IAvatarAsset> {
    const { name = "avatar", splats = DefaultSplats, signal } = options;
    if (!Number.isInteger(splats) || splats < 1 || splats > MaxGaussians) {
        throw new AvatarBakeError(
            "invalid-options",
            `splats is ${splats}; it must be a whole number from 1 to ${MaxGaussians}.`,
        );
    }
    const reportAsync = async (stage: BakeStage, done: number): Promise<void> => {
        options.onProgress?.({ stage, done });
        // A macrotask, so that a page can draw the progress and deliver an abort.
        await new Promise((resolve) => {
            setTimeout(resolve, 0);
        });
        signal?.throwIfAborted();
    };
    await reportAsync("read", 0);
    const warnings: string[] = [];
    const character = await OrBakeErrorAsync(
        name,
        async () => await ReadCharacterAsync(source, name, options.decodeImage, (message) => warnings.push(message)),
    );
    await reportAsync("pose", 0.2);
    const figure = await OrBakeErrorAsync(name, () => PoseFigure(character, options.morphs));
    for (const warning of [...warnings, ...figure.pose.mapping.warnings]) {
        options.onWarning?.(warning);
    }
    await reportAsync("sample", SamplingDone.from);
    const head = figure.joints[SmplxJointNames.indexOf("head")]!;
    const surface = await SampleSurfaceAsync(figure.meshes, head, splats, async (share) => {
        await reportAsync("sample", SamplingDone.from + (SamplingDone.to - SamplingDone.from) * share);
    });
    await reportAsync("sample", SamplingDone.to);
    const gaussians = ShapeSplats(figure.meshes, surface);
    const morphTargets = BakeMorphs(figure.meshes, surface.samples);
    const clips = character.clips.filter((clip) => options.clips?.includes(clip.name) ?? true);
    const animations: IAnimationClip[] = [];
    for (const [i, clip] of clips.entries()) {
        // One after the other, so that the page stays alive in between.
        // eslint-disable-next-line no-await-in-loop
        await reportAsync("clips", 0.85 + (0.15 * i) / clips.length);
        const names = morphTargets.map((morph) => morph.name);
        animations.push(BakeClip(character, figure.bind, figure.pose, clip, figure.origin, names));
    }
    await reportAsync("done", 1);
    return {
        name,
        bodyModel: "smplx",
        joints: AvatarJoints(figure.joints),
        inverseBindMatrices: InverseBindMatrices(figure.joints),
        gaussians,
        // The surface is covered by the splats themselves, so that nothing must widen them: edges are sharper by a decibel.
        antialiased: true,
        morphTargets,
        mapModels: [],
        animations: animations.filter((clip) => clip.tracks.length > 0),
        credits: options.credits ?? { license: "unknown", notices: [] },
    };
}

/** What the file's own data brings down, where no check foresaw it, is reported as a fault of the file. */
async function OrBakeErrorAsync<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    try {
        return await work();
    } catch (error) {
        if (error instanceof AvatarError) {
            throw error;
        }
        throw new AvatarBakeError(
            "invalid-gltf",
            `"${name}" breaks the rules of glTF where reading relies on them. Check it with the glTF validator and export it again.`,
            { cause: error },
        );
    }
}

/** A character standing in the T-pose on the ground. */
export interface IPosedFigure {
    /** Its bind pose. */
    readonly bind: IBindPose;
    /** How it was brought into the T-pose. */
    readonly pose: ICanonicalPose;
    /** Its meshes, soles on y = 0, hips above the origin. */
    readonly meshes: readonly ICanonicalMesh[];
    /** Positions of the SMPL-X joints, metres. */
    readonly joints: readonly Vector3Tuple[];
    /** Scene point that became the avatar's origin, canonical axes, metres. */
    readonly origin: Vector3Tuple;
}

/** A floor this share of the body height off the soles is still the character's floor (high heels, a hovering export). */
const FloorTolerance = 0.1;

/** Brings a character into the T-pose, soles on the ground, hips above the origin. */
export function PoseFigure(character: IRiggedCharacter, morphs?: readonly string[]): IPosedFigure {
    const bind = ReconstructBindPose(character);
    const pose = FindCanonicalPose(character, bind);
    const chosen = morphs ? KeepMorphs(character, morphs) : character;
    const meshes = BuildCanonicalMeshes(chosen, bind, pose);
    const hips = [1, 2].map((j) => pose.posePositions[j]!) as [Vector3Tuple, Vector3Tuple];
    const shift: Vector3Tuple = [(hips[0][0] + hips[1][0]) / 2, SoleHeight(meshes), (hips[0][2] + hips[1][2]) / 2];
    const joints = pose.posePositions.map((position) => SubtractVector3(position, shift));
    for (const { positions } of meshes) {
        for (let i = 0; i < positions.length; i++) {
            positions[i]! -= shift[i % 3]!;
        }
    }
    const scene = BindHipsInScene(pose, bind);
    const height = joints[SmplxJointNames.indexOf("head")]![1];
    const sole = scene[1] - (joints[1]![1] + joints[2]![1]) / 2;
    const floor = Math.abs(sole) < FloorTolerance * height ? 0 : sole;
    return { bind, pose, meshes, joints, origin: [scene[0], floor, scene[2]] };
}

function KeepMorphs(character: IRiggedCharacter, names: readonly string[]): IRiggedCharacter {
    const meshes = character.meshes.map((mesh) => ({
        ...mesh,
        morphs: mesh.morphs.filter((morph) => names.includes(morph.name)),
    }));
    return { ...character, meshes };
}

function AvatarJoints(positions: readonly Vector3Tuple[]): IAvatarJoint[] {
    return SmplxJointNames.map((name, j) => {
        const parent = SmplxJointParents[j]!;
        const translation = parent < 0 ? positions[j]! : SubtractVector3(positions[j]!, positions[parent]!);
        return { name, smplx: name, parent, translation, rotation: IdentityQuaternion };
    });
}

function InverseBindMatrices(positions: readonly Vector3Tuple[]): Float32Array {
    const matrices = new Float32Array(positions.length * 16);
    positions.forEach(([x, y, z], j) => {
        matrices.set([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, -x, -y, -z, 1], j * 16);
    });
    return matrices;
}
