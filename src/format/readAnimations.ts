import { type AccessorReader } from "./accessor.js";
import { type IAnimationClip, type IAnimationTrack } from "./avatarAsset.js";
import { CheckName } from "./checkName.js";
import { type IGltf, type IGltfAnimation } from "./gltfJson.js";
import { type IssueList } from "./issueList.js";
import { MaxAnimations, MaxKeys, MaxMorphTargets } from "./limits.js";

/** Component forms of animated values, as glTF allows them. */
const ValueForms = ["f32", "i8n", "u8n", "i16n", "u16n"];

/** Exporters leave the quaternions of clips some way off unit length; a row shorter than this names no rotation. */
const MinQuaternionLength = 0.5;

/** Element type of the values of each property, and how many numbers it has. */
const ValueLayouts = {
    rotation: { type: "VEC4", components: 4 },
    translation: { type: "VEC3", components: 3 },
    weights: { type: "SCALAR", components: 1 },
} as const;

/** Names that files without a name for a clip get, by its index. */
function ClipName(animation: IGltfAnimation, index: number): string {
    return animation.name ?? `clip${index}`;
}

/** What the channels of an animation may move. */
export interface IAnimationTargets {
    /** Joint of each node that is one. */
    readonly jointOfNode: ReadonlyMap<number, number>;
    /** Node that holds the mesh. */
    readonly avatarNode: number;
    /** Number of expression channels. */
    readonly channels: number;
}

type ChannelPath = IAnimationTrack["path"];

/** Reads the animations of a file that move the avatar. */
class AnimationReader {
    private readonly _gltf: IGltf;
    private readonly _targets: IAnimationTargets;
    private readonly _reader: AccessorReader;
    private readonly _issues: IssueList;

    public constructor(gltf: IGltf, targets: IAnimationTargets, reader: AccessorReader, issues: IssueList) {
        this._gltf = gltf;
        this._targets = targets;
        this._reader = reader;
        this._issues = issues;
    }

    public read(index: number): IAnimationClip | null {
        const animation = this._gltf.animations[index]!;
        const tracks: IAnimationTrack[] = [];
        const moved = new Set<string>();
        for (const [number, channel] of animation.channels.entries()) {
            const path = `/animations/${index}/channels/${number}`;
            const target = this._targetOf(channel.target, path);
            if (target === null) {
                continue;
            }
            const key = `${target.joint} ${target.path}`;
            if (moved.has(key)) {
                this._issues.error(
                    "invalid-animation",
                    path,
                    "the same property is animated twice in one clip: remove one channel",
                );
                continue;
            }
            moved.add(key);
            const track = this._track(animation, index, channel.sampler, target, path);
            if (track !== null) {
                tracks.push(track);
            }
        }
        const name = ClipName(animation, index);
        CheckName(name, `/animations/${index}/name`, this._issues);
        return tracks.length > 0 ? { name, tracks } : null;
    }

    private _targetOf(
        target: IGltfAnimation["channels"][number]["target"],
        path: string,
    ): { joint: number; path: ChannelPath } | null {
        const { jointOfNode, avatarNode, channels } = this._targets;
        const node = target.node ?? -1;
        const joint = jointOfNode.get(node);
        if (node >= this._gltf.nodes.length) {
            this._issues.error(
                "out-of-range",
                `${path}/target/node`,
                `there is no node ${node}: the file has ${this._gltf.nodes.length}`,
            );
            return null;
        }
        if (joint !== undefined && (target.path === "rotation" || target.path === "translation")) {
            return { joint, path: target.path };
        }
        if (node === avatarNode && target.path === "weights" && channels > 0) {
            return { joint: -1, path: "weights" };
        }
        if (joint !== undefined || node === avatarNode) {
            this._issues.warning(
                "ignored-channel",
                path,
                `${target.path.slice(0, 40)} of this node is not animated by an avatar; joints turn and move, the avatar node has weights`,
            );
        }
        return null;
    }

    private _track(
        animation: IGltfAnimation,
        index: number,
        samplerIndex: number,
        target: { joint: number; path: ChannelPath },
        path: string,
    ): IAnimationTrack | null {
        const sampler = animation.samplers[samplerIndex];
        if (sampler === undefined) {
            this._issues.error(
                "out-of-range",
                `${path}/sampler`,
                `there is no sampler ${samplerIndex}: the animation has ${animation.samplers.length}`,
            );
            return null;
        }
        const samplerPath = `/animations/${index}/samplers/${samplerIndex}`;
        const times = this._times(sampler.input, `${samplerPath}/input`);
        if (times === null) {
            return null;
        }
        if (sampler.interpolation !== undefined && sampler.interpolation !== "LINEAR") {
            this._issues.warning(
                "approximated-interpolation",
                `${samplerPath}/interpolation`,
                `${sampler.interpolation} is played as LINEAR between its keys: bake the clip to LINEAR for more`,
            );
        }
        const isCubic = sampler.interpolation === "CUBICSPLINE";
        const values = this._values(sampler.output, `${samplerPath}/output`, target.path, times.length, isCubic);
        return values === null ? null : { joint: target.joint, path: target.path, times, values };
    }

    // Clips of one rhythm share their times, and hostile files share everything: each array is checked and held once.
    private _times(accessor: number, path: string): Float32Array | null {
        const times = this._reader.read(accessor, path, { type: "SCALAR", forms: ["f32"], maxCount: MaxKeys });
        return times && this._reader.derive(accessor, "times", 0, () => (this._checkTimes(times, path) ? times : null));
    }

    private _values(
        accessor: number,
        path: string,
        property: ChannelPath,
        keys: number,
        isCubic: boolean,
    ): Float32Array | null {
        const { type, components } = ValueLayouts[property];
        const width = property === "weights" ? this._targets.channels : 1;
        const stored = this._reader.read(accessor, path, {
            type,
            forms: property === "translation" ? ["f32"] : ValueForms,
            count: keys * width * (isCubic ? 3 : 1),
            maxCount: MaxKeys * MaxMorphTargets,
        });
        if (stored === null) {
            return null;
        }
        const row = width * components;
        const values = isCubic
            ? this._reader.derive(accessor, "keys of a spline", keys * row * 4, () => ValuesOfSpline(stored, keys, row))
            : stored;
        if (values === null || property !== "rotation") {
            return values;
        }
        const kind = isCubic ? "rotations of a spline" : "rotations";
        return this._reader.derive(accessor, kind, values.byteLength, () => this._normalize(values, path));
    }

    private _checkTimes(times: Float32Array, path: string): boolean {
        const bad = times.findIndex((time, key) => time < 0 || (key > 0 && time <= times[key - 1]!));
        if (bad >= 0) {
            this._issues.error(
                "invalid-animation",
                path,
                `key ${bad} is at ${times[bad]} s: times must ascend strictly from 0 or more`,
            );
        }
        return bad < 0;
    }

    private _normalize(values: Float32Array, path: string): Float32Array | null {
        const result = new Float32Array(values.length);
        for (let i = 0; i < values.length; i += 4) {
            const length = Math.hypot(values[i]!, values[i + 1]!, values[i + 2]!, values[i + 3]!);
            if (length < MinQuaternionLength) {
                this._issues.error(
                    "invalid-rotation",
                    path,
                    `key ${i / 4} has length ${length}: give unit quaternions`,
                );
                return null;
            }
            for (let c = 0; c < 4; c++) {
                result[i + c] = values[i + c]! / length;
            }
        }
        return result;
    }
}

/** A cubic spline stores in-tangent, value, out-tangent for each key; this keeps the values. */
function ValuesOfSpline(values: Float32Array, keys: number, row: number): Float32Array {
    const result = new Float32Array(keys * row);
    for (let key = 0; key < keys; key++) {
        result.set(values.subarray((key * 3 + 1) * row, (key * 3 + 2) * row), key * row);
    }
    return result;
}

/**
 * Reads the clips of a file that move the joints or the expression channels of the avatar; others are left out.
 *
 * @param gltf the checked document
 * @param targets what channels may move
 * @param reader reads times and values
 * @param issues receives every problem
 * @returns the clips in the order of the file
 */
export function ReadAnimations(
    gltf: IGltf,
    targets: IAnimationTargets,
    reader: AccessorReader,
    issues: IssueList,
): IAnimationClip[] {
    if (gltf.animations.length > MaxAnimations) {
        issues.error(
            "too-large",
            "/animations",
            `${gltf.animations.length} clips, at most ${MaxAnimations} are read: split the file`,
        );
        return [];
    }
    const animationReader = new AnimationReader(gltf, targets, reader, issues);
    return gltf.animations.map((_, index) => animationReader.read(index)).filter((clip) => clip !== null);
}
