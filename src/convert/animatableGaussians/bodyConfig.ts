import { ConvertError } from "../convertError.js";

/** What of the method's configuration changes how a trained body looks. */
export interface IBodyConfig {
    /** Whether colours depend on the camera, where the checkpoint has a network for that (default: true). */
    readonly hasViewDirections?: boolean;
    /** Factor of the features of the view direction (default: 1). */
    readonly viewWeight?: number;
    /** Components of the pose projection; 0 for none (default: 20). */
    readonly projectionComponents?: number;
    /** Standard deviations of the training that a pose may be off along each component (default: 2). */
    readonly projectionSigma?: number;
    /** Frame of the training whose hands are kept in all poses; null: the networks make them (default: null). */
    readonly fixedHandFrame?: number | null;
}

/** The published configuration where nothing is stated. */
export const DefaultBodyConfig: Required<IBodyConfig> = {
    hasViewDirections: true,
    viewWeight: 1,
    projectionComponents: 20,
    projectionSigma: 2,
    fixedHandFrame: null,
};

/** Largest file; the published ones have two kilobytes. */
const MaxLength = 262_144;

/** Most aliases that are followed: published files have none, and many make a small text a huge value. */
const MaxAliases = 32;

/**
 * Reads a configuration of the published method, for example `configs/avatarrex_lbn1/avatar.yaml`.
 *
 * @param text YAML
 * @param name of the file, for messages
 * @returns what of it changes the result
 * @throws {@link ConvertError} `damaged-file` where it is no YAML, `invalid-options` where a value is none that works
 */
export async function ReadBodyConfigAsync(text: string, name: string): Promise<IBodyConfig> {
    const { parse } = await import(/* webpackChunkName: "yaml" */ "yaml");
    let root: unknown;
    try {
        root = text.length <= MaxLength ? parse(text, { maxAliasCount: MaxAliases }) : null;
    } catch (cause) {
        const reason = cause instanceof Error ? cause.message.split("\n")[0]!.replace(/:$/, ".") : String(cause);
        throw new ConvertError("damaged-file", `${name} is no YAML: ${reason}`, { cause });
    }
    if (typeof root !== "object" || root === null || Array.isArray(root)) {
        throw new ConvertError(
            "damaged-file",
            `${name} is no configuration: a mapping with "model" and "test" is expected.`,
        );
    }
    const value = <T extends "number" | "boolean">(path: readonly [string, string], type: T): TypeOf<T> | undefined => {
        const section = (root as Record<string, unknown>)[path[0]];
        const found = (section as Record<string, unknown> | null | undefined)?.[path[1]];
        if (found === undefined || found === null) {
            return undefined;
        }
        if (typeof found !== type || (type === "number" && !Number.isFinite(found))) {
            throw new ConvertError(
                "invalid-options",
                `${name}: ${path.join(".")} is ${JSON.stringify(found)}; a ${type} is expected.`,
            );
        }
        return found as TypeOf<T>;
    };
    const frame = value(["test", "fix_hand_id"], "number");
    const isFixed = value(["test", "fix_hand"], "boolean") === true;
    if (isFixed && frame === undefined) {
        throw new ConvertError(
            "invalid-options",
            `${name}: test.fix_hand is true, but test.fix_hand_id is missing: the frame whose hands are kept.`,
        );
    }
    return CheckBodyConfig(
        {
            hasViewDirections: value(["model", "with_viewdirs"], "boolean") ?? DefaultBodyConfig.hasViewDirections,
            viewWeight: value(["model", "weight_viewdirs"], "number") ?? DefaultBodyConfig.viewWeight,
            projectionComponents: Math.max(
                0,
                value(["test", "n_pca"], "number") ?? DefaultBodyConfig.projectionComponents,
            ),
            projectionSigma: value(["test", "sigma_pca"], "number") ?? DefaultBodyConfig.projectionSigma,
            fixedHandFrame: isFixed ? frame! : null,
        },
        name,
    );
}

type TypeOf<T extends "number" | "boolean"> = T extends "number" ? number : boolean;

/**
 * Completes a configuration and checks it.
 *
 * @param config what is stated
 * @param name where it is from, for messages
 * @returns all values
 * @throws {@link ConvertError} `invalid-options`
 */
export function CheckBodyConfig(config: IBodyConfig, name: string): Required<IBodyConfig> {
    const full = { ...DefaultBodyConfig, ...config };
    const { projectionComponents, projectionSigma, viewWeight, fixedHandFrame } = full;
    const isCount = (value: number, most: number): boolean => Number.isInteger(value) && value >= 0 && value <= most;
    const wrong = [
        ["projectionComponents", isCount(projectionComponents, 256), projectionComponents, "0 to 256"],
        ["projectionSigma", projectionSigma > 0 && projectionSigma <= 100, projectionSigma, "more than 0, up to 100"],
        ["viewWeight", Number.isFinite(viewWeight), viewWeight, "a number"],
        ["fixedHandFrame", fixedHandFrame === null || isCount(fixedHandFrame, 1e8), fixedHandFrame, "a frame"],
    ] as const;
    for (const [key, isRight, found, wanted] of wrong) {
        if (!isRight) {
            throw new ConvertError("invalid-options", `${name}: ${key} is ${String(found)}; it must be ${wanted}.`);
        }
    }
    return full;
}
