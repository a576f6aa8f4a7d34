import { type AccessorReader } from "./accessor.js";
import { type IGaussianCloud } from "./avatarAsset.js";
import { type IGltfPrimitive } from "./gltfJson.js";
import { type IssueList } from "./issueList.js";
import { MaxGaussians } from "./limits.js";

/** Zeroth spherical-harmonics basis function, 1 / (2 √π): colour = 0.5 + C0 · coefficient. */
export const SphericalHarmonicsC0 = 0.28209479177387814;

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

/** Four 8-bit weights, each rounded on its own, miss a sum of one by up to 4 · ½ / 255; a row may miss it by this. */
const WeightSumTolerance = 0.01;
/** 8-bit quaternions miss unit length by up to 0.8 %; a row may miss it by this. */
const RotationLengthTolerance = 0.05;
/** Opacities may leave 0..1 by rounding of this size and are clamped. */
const OpacityTolerance = 1e-4;

type AttributeName = keyof typeof SplatAttributes;

/** Notes what is wrong with one row of an attribute. */
type RowProblem = (row: number, message: string) => void;

function NormalizeRotations(values: Float32Array, problem: RowProblem): Float32Array {
    const result = new Float32Array(values.length);
    for (let i = 0; i < values.length; i += 4) {
        // Math.hypot guards against overflow at ten times the cost.
        const length = Math.sqrt(values[i]! ** 2 + values[i + 1]! ** 2 + values[i + 2]! ** 2 + values[i + 3]! ** 2);
        if (Math.abs(length - 1) > RotationLengthTolerance) {
            problem(i / 4, `has length ${length}: give unit quaternions`);
            return result;
        }
        for (let c = 0; c < 4; c++) {
            result[i + c] = values[i + c]! / length;
        }
    }
    return result;
}

function NormalizeWeights(values: Float32Array, hasMoreSets: boolean, problem: RowProblem): Float32Array {
    const result = new Float32Array(values.length);
    for (let i = 0; i < values.length; i += 4) {
        const sum = values[i]! + values[i + 1]! + values[i + 2]! + values[i + 3]!;
        if (Math.min(values[i]!, values[i + 1]!, values[i + 2]!, values[i + 3]!) < 0) {
            problem(i / 4, "has a negative weight: weights must be 0 or more");
            return result;
        }
        if (sum <= 0 || (!hasMoreSets && Math.abs(sum - 1) > WeightSumTolerance)) {
            problem(i / 4, `sums to ${sum}: the weights of a Gaussian must sum to 1`);
            return result;
        }
        for (let c = 0; c < 4; c++) {
            result[i + c] = values[i + c]! / sum;
        }
    }
    return result;
}

function CheckScales(values: Float32Array, problem: RowProblem): Float32Array {
    const bad = values.findIndex((value) => value <= 0);
    if (bad >= 0) {
        problem(
            Math.floor(bad / 3),
            `holds ${values[bad]}: scales are standard deviations in metres, more than 0 (not logarithms)`,
        );
    }
    return values.slice();
}

function ClampOpacities(values: Float32Array, problem: RowProblem): Float32Array {
    const bad = values.findIndex((value) => value < -OpacityTolerance || value > 1 + OpacityTolerance);
    if (bad >= 0) {
        problem(bad, `is ${values[bad]}: opacity is linear, from 0 to 1 (not a logit)`);
    }
    return values.map((value) => Math.min(1, Math.max(0, value)));
}

function RemapJoints(
    values: Float32Array,
    weights: Float32Array,
    jointOfSkinEntry: readonly number[],
    problem: RowProblem,
): Uint16Array {
    const result = new Uint16Array(values.length);
    for (let i = 0; i < values.length; i++) {
        const joint = jointOfSkinEntry[values[i]!];
        if (joint === undefined) {
            problem(Math.floor(i / 4), `refers to joint ${values[i]}: the skin has ${jointOfSkinEntry.length}`);
            return result;
        }
        // A slot without weight holds no joint; zero keeps files of different exporters alike.
        result[i] = weights[i] === 0 ? 0 : joint;
    }
    return result;
}

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
    let count: number | undefined;
    const read = (name: AttributeName): Float32Array | null => {
        const attribute = SplatAttributes[name];
        const accessor = primitive.attributes[attribute];
        if (accessor === undefined) {
            issues.error("missing-attribute", attributesPath, `${attribute} is missing: Gaussians need it`);
            return null;
        }
        const rule = { ...AttributeRules[name], maxCount: MaxGaussians, ...(count === undefined ? {} : { count }) };
        const values = reader.read(accessor, `${attributesPath}/${attribute}`, rule);
        count ??= name === "position" && values !== null ? values.length / 3 : undefined;
        return values;
    };
    const problemIn =
        (
            code: "invalid-rotation" | "invalid-scale" | "invalid-opacity" | "invalid-weights" | "invalid-joint-index",
            name: AttributeName,
        ): RowProblem =>
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
    const [positions, rotations, scales, opacities, coefficients, joints, weights] = [
        read("position"),
        read("rotation"),
        read("scale"),
        read("opacity"),
        read("color"),
        read("joints"),
        read("weights"),
    ];
    if (!positions || !rotations || !scales || !opacities || !coefficients || !joints || !weights) {
        return null;
    }
    const jointWeights = NormalizeWeights(
        weights,
        primitive.attributes["WEIGHTS_1"] !== undefined,
        problemIn("invalid-weights", "weights"),
    );
    const cloud = {
        count: positions.length / 3,
        positions: positions.slice(),
        rotations: NormalizeRotations(rotations, problemIn("invalid-rotation", "rotation")),
        scales: CheckScales(scales, problemIn("invalid-scale", "scale")),
        opacities: ClampOpacities(opacities, problemIn("invalid-opacity", "opacity")),
        colors: coefficients.map((value) => 0.5 + SphericalHarmonicsC0 * value),
        jointIndices: RemapJoints(joints, jointWeights, jointOfSkinEntry, problemIn("invalid-joint-index", "joints")),
        jointWeights,
    };
    return cloud;
}
