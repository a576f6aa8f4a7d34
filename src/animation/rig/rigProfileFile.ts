import * as v from "valibot";
import { type SmplxJointName, SmplxJointNames } from "../../format/bodyModel.js";
import { type IRigMapping } from "./mapRig.js";
import { ReferenceOfNode } from "./nodeReference.js";
import { type RestRig } from "./restRig.js";
import { RigError } from "./rigError.js";

/** Longest name of a node with its path; longer ones are no names. */
const LongestReference = 4096;

const Reference = v.pipe(v.string(), v.minLength(1), v.maxLength(LongestReference));

const FileSchema = v.object({
    format: v.literal("gaussian-avatar-rig"),
    version: v.literal(1),
    name: v.pipe(v.string(), v.maxLength(LongestReference)),
    template: v.optional(v.pipe(v.string(), v.maxLength(LongestReference))),
    joints: v.record(v.picklist(SmplxJointNames), v.nullable(Reference)),
});

/**
 * A joint map as it is stored: plain JSON, made to be read and mended by hand. Nodes are named, so that it survives a new
 * export of the rig; the calibration is not stored, because it follows from the rig's rest pose and would go stale with
 * it.
 */
export interface IRigProfileFile {
    /** What the file is. */
    readonly format: "gaussian-avatar-rig";
    /** Version of the format. */
    readonly version: 1;
    /** Name of the rig. */
    readonly name: string;
    /** Family of rigs the names were recognised as; for people. */
    readonly template?: string | undefined;
    /** Node of every joint by name (or the end of its path); null where no node plays the joint. */
    readonly joints: Readonly<Partial<Record<SmplxJointName, string | null>>>;
}

/**
 * The joint map of a rig, to be stored: every joint is in it, so that loading it gives the same mapping again.
 *
 * @example
 * ```ts
 * localStorage.setItem("hero", JSON.stringify(SerializeRigProfile("hero", rig, profile)));
 * const { joints } = ParseRigProfile(JSON.parse(localStorage.getItem("hero")!));
 * const again = DescribeRig(rig, { name: "hero", joints });
 * ```
 */
export function SerializeRigProfile(
    name: string,
    rig: RestRig,
    { mapping }: { readonly mapping: IRigMapping },
): IRigProfileFile {
    const joints: Partial<Record<SmplxJointName, string | null>> = {};
    for (const joint of SmplxJointNames) {
        const node = mapping.nodes[joint];
        joints[joint] = node === undefined ? null : ReferenceOfNode(rig, node);
    }
    return { format: "gaussian-avatar-rig", version: 1, name, template: mapping.template, joints };
}

/**
 * Checks a stored joint map, which may come from anywhere.
 *
 * @param json the parsed JSON
 * @throws RigError `rig-invalid-profile` naming the field, what was found and what is expected
 */
export function ParseRigProfile(json: unknown): IRigProfileFile {
    const parsed = v.safeParse(FileSchema, json);
    if (!parsed.success) {
        const [issue] = parsed.issues;
        const where = v.getDotPath(issue);
        throw new RigError(
            "rig-invalid-profile",
            `This is no joint map of a rig${where === null ? "" : `: "${where}" is wrong`}. ${issue.message}. ` +
                "Make it with SerializeRigProfile, or mend that field.",
        );
    }
    return parsed.output;
}
