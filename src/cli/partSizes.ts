import { FindAvatarPrimitive } from "../format/findAvatar.js";
import { IsGlb, SplitGlb } from "../format/glbContainer.js";
import { CheckGltf, type IGltf } from "../format/gltfJson.js";
import { IssueList } from "../format/issueList.js";
import { ParseJsonText } from "../format/jsonText.js";
import { PeekExtension } from "../format/readExtension.js";
import { HeadModelParts } from "../format/readHeadModel.js";
import { MapModelParts } from "../format/readMapModels.js";

/** Bytes of a file by what they hold, and the tiers it names. */
export interface IPartSizes {
    /** Bytes by part; `maps` and `head` are what tiers with networks have besides these, `document` is the JSON, `other` what belongs to no avatar (meshes, textures). */
    readonly sizes: Readonly<Record<string, number>>;
    /** Names of the tiers. */
    readonly tiers: readonly string[];
}

/**
 * Measures what takes the space in an avatar file. A buffer view counts for the first part that uses it.
 *
 * @param bytes a `.glb` or `.gltf` that was read without error
 * @returns sizes and tiers
 */
export function MeasureParts(bytes: Uint8Array): IPartSizes {
    const text = IsGlb(bytes) ? SplitGlb(bytes).json : bytes;
    const gltf = CheckGltf(ParseJsonText(text), new IssueList());
    if (!gltf) {
        return { sizes: { document: text.length }, tiers: [] };
    }
    const extension = PeekExtension(gltf);
    const sizes: Record<string, number> = {};
    const counted = new Set<number>();
    const count = (part: string, views: readonly (number | undefined)[]): void => {
        for (const view of views) {
            if (view !== undefined && !counted.has(view)) {
                counted.add(view);
                sizes[part] = (sizes[part] ?? 0) + (gltf.bufferViews[view]?.byteLength ?? 0);
            }
        }
    };
    const location = FindAvatarPrimitive(gltf);
    const primitive = location && gltf.meshes[location.mesh]?.primitives[location.primitive];
    const skin = location && gltf.skins[location.skin];
    count("gaussians", ViewsOf(gltf, Object.values(primitive?.attributes ?? {})));
    count(
        "expressions",
        ViewsOf(
            gltf,
            (primitive?.targets ?? []).flatMap((target) => Object.values(target)),
        ),
    );
    count("skeleton", ViewsOf(gltf, skin?.inverseBindMatrices === undefined ? [] : [skin.inverseBindMatrices]));
    const samplers = gltf.animations.flatMap((animation) => animation.samplers);
    count(
        "clips",
        ViewsOf(
            gltf,
            samplers.flatMap(({ input, output }) => [input, output]),
        ),
    );
    count("maps", ViewsOf(gltf, extension === null ? [] : MapModelParts(extension)));
    count("head", ViewsOf(gltf, extension === null ? [] : HeadModelParts(extension)));
    count(
        "networks",
        (extension?.networks ?? []).map(({ bufferView }) => bufferView),
    );
    count(
        "other",
        gltf.bufferViews.map((_, view) => view),
    );
    return {
        sizes: { ...sizes, document: text.length },
        tiers: extension?.tiers.map(({ name }) => name) ?? ["baked"],
    };
}

/** Buffer views of accessors, those of sparse ones included. */
function ViewsOf(gltf: IGltf, accessors: readonly number[]): (number | undefined)[] {
    return accessors.flatMap((index) => {
        const accessor = gltf.accessors[index];
        return [accessor?.bufferView, accessor?.sparse?.indices.bufferView, accessor?.sparse?.values.bufferView];
    });
}
