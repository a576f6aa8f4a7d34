import { type AccessorReader } from "./accessor.js";
import { type IGaussianCloud } from "./avatarAsset.js";
import { type AvatarFormatErrorCode } from "./avatarFormatError.js";
import {
    CheckScales,
    ClampOpacities,
    NormalizeRotations,
    NormalizeWeights,
    RemapJoints,
    type RowProblem,
    SphericalHarmonicsC0,
} from "./gaussianRows.js";
import { type IGltfPrimitive } from "./gltfJson.js";
import { type IssueList } from "./issueList.js";
import { MaxGaussians } from "./limits.js";

/** Attribute names of the Gaussians of a primitive. */
export const SplatAttributes = {
    position: "POSITION",
    rotation: "KHR_gaussian_splatting:ROTATION",
    scale: "KHR_gaussian_splatting:SCALE",
    opacity: "KHR_gaussian_splatting:OPACITY",
    color: "KHR_gaussian_splatting:SH_DEGREE_0_COEF_0",
    joints: "JOINTS_0",
    weights: "WEIGHTS_0",
} as const;

/** Element type and component forms of each attribute, as the standard allows them (n = normalised). */
const AttributeRules = {
    position: { type: "VEC3", forms: ["f32"] },
    rotation: { type: "VEC4", forms: ["f32", "i8n", "i16n"] },
    scale: { type: "VEC3", forms: ["f32", "u8", "u8n", "u16", "u16n"] },
    opacity: { type: "SCALAR", forms: ["f32", "u8n", "u16n"] },
    color: { type: "VEC3", forms: ["f32"] },
    joints: { type: "VEC4", forms: ["u8", "u16"] },
    weights: { type: "VEC4", forms: ["f32", "u8n", "u16n"] },
} as const;

type AttributeName = keyof typeof SplatAttributes;
const AttributeNames = Object.keys(SplatAttributes) as AttributeName[];

/** What is made of a Gaussian's attributes, bytes: rotation 16, weights 16, colour 12, opacity 4, joints 8. */
const BytesMade = 56;

function WarnOfIgnored(primitive: IGltfPrimitive, path: string, issues: IssueList): void {
    for (const name of Object.keys(primitive.attributes)) {
        if (/^KHR_gaussian_splatting:SH_DEGREE_[1-9]/.test(name)) {
            issues.warning(
                "ignored-attribute",
                `${path}/${name}`,
                "view-dependent colour is not drawn yet; the base colour is kept",
            );
        } else if (/^(JOINTS|WEIGHTS)_[1-9]/.test(name)) {
            issues.warning(
                "ignored-attribute",
                `${path}/${name}`,
                "only the first four joints of a Gaussian are kept, renormalised",
            );
        }
    }
}

type AttributeValues = Record<AttributeName, Float32Array>;

/** Reads all attributes, each in full; null when one is missing or wrong. */
function ReadAttributes(
    primitive: IGltfPrimitive,
    path: string,
    reader: AccessorReader,
    issues: IssueList,
): AttributeValues | null {
    const result: Partial<AttributeValues> = {};
    let count: number | undefined;
    // Positions come first: they tell the number of Gaussians.
    for (const name of AttributeNames) {
        const attribute = SplatAttributes[name];
        const accessor = primitive.attributes[attribute];
        if (accessor === undefined) {
            issues.error("missing-attribute", path, `${attribute} is missing: Gaussians need it`);
            continue;
        }
        const rule = { ...AttributeRules[name], maxCount: MaxGaussians, ...(count === undefined ? {} : { count }) };
        const values = reader.read(accessor, `${path}/${attribute}`, rule);
        if (values !== null) {
            result[name] = values;
            count ??= name === "position" ? values.length / 3 : undefined;
        }
    }
    return AttributeNames.every((name) => result[name] !== undefined) ? (result as AttributeValues) : null;
}

/**
 * Reads the canonical Gaussians of a primitive.
 *
 * @param primitive the primitive
 * @param path JSON pointer of the primitive
 * @param jointOfSkinEntry joint of each entry of the file's skin
 * @param reader reads the attributes
 * @param issues receives every problem
 * @returns the Gaussians, or null when they cannot be used
 */
export function ReadGaussians(
    primitive: IGltfPrimitive,
    path: string,
    jointOfSkinEntry: readonly number[],
    reader: AccessorReader,
    issues: IssueList,
): IGaussianCloud | null {
    const attributesPath = `${path}/attributes`;
    const problemIn =
        (code: AvatarFormatErrorCode, name: AttributeName): RowProblem =>
        (row, message) => {
            issues.error(code, `${attributesPath}/${SplatAttributes[name]}`, `row ${row} ${message}`);
        };
    if (primitive.mode !== 0) {
        issues.error(
            "missing-attribute",
            `${path}/mode`,
            `mode ${primitive.mode ?? 4}: Gaussians must be points, mode 0`,
        );
    }
    WarnOfIgnored(primitive, attributesPath, issues);
    const stored = ReadAttributes(primitive, attributesPath, reader, issues);
    const count = stored === null ? 0 : stored.position.length / 3;
    if (stored === null || !reader.charge(count * BytesMade, attributesPath)) {
        return null;
    }
    const hasMoreSets = primitive.attributes["WEIGHTS_1"] !== undefined;
    const jointWeights = NormalizeWeights(stored.weights, hasMoreSets, problemIn("invalid-weights", "weights"));
    const jointProblem = problemIn("invalid-joint-index", "joints");
    return {
        count,
        positions: stored.position,
        rotations: NormalizeRotations(stored.rotation, problemIn("invalid-rotation", "rotation")),
        scales: CheckScales(stored.scale, problemIn("invalid-scale", "scale")),
        opacities: ClampOpacities(stored.opacity, problemIn("invalid-opacity", "opacity")),
        colors: stored.color.map((value) => 0.5 + SphericalHarmonicsC0 * value),
        jointIndices: RemapJoints(stored.joints, jointWeights, jointOfSkinEntry, jointProblem),
        jointWeights,
    };
}
