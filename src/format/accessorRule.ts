import { FormName } from "./accessorElements.js";
import { type IGltf, type IGltfAccessor } from "./gltfJson.js";
import { type IssueList } from "./issueList.js";

/** What an accessor must be. */
export interface IAccessorRule {
    /** Element type. */
    readonly type: IGltfAccessor["type"];
    /** Forms allowed: component types in plain form, as `f32`, or normalised, as `u8n`. */
    readonly forms: readonly string[];
    /** Exact number of elements, when it is known. */
    readonly count?: number;
    /** Most elements allowed. */
    readonly maxCount: number;
}

/**
 * Finds an accessor and holds its description to a rule. Its bytes are not looked at.
 *
 * @param gltf the checked document
 * @param index index into `accessors`
 * @param path JSON pointer of the field that refers to it
 * @param rule what it must be
 * @param issues receives the problem, if any
 * @returns the accessor, or null when there is none or it breaks the rule
 */
export function FindAccessor(
    gltf: IGltf,
    index: number,
    path: string,
    rule: IAccessorRule,
    issues: IssueList,
): IGltfAccessor | null {
    const accessor = gltf.accessors[index];
    if (accessor === undefined) {
        issues.error("out-of-range", path, `there is no accessor ${index}: the file has ${gltf.accessors.length}`);
        return null;
    }
    const { type, count } = accessor;
    const form = FormName(accessor.componentType, accessor.normalized === true);
    const at = `/accessors/${index}`;
    if (type !== rule.type || !rule.forms.includes(form)) {
        const wanted = `${rule.type} of ${rule.forms.join(" or ")}`;
        issues.error("invalid-accessor", at, `${path} is ${type} of ${form}, must be ${wanted} (n = normalised)`);
        return null;
    }
    if (count > rule.maxCount) {
        issues.error("too-large", `${at}/count`, `${path} has ${count} elements, at most ${rule.maxCount} are read`);
        return null;
    }
    if (rule.count !== undefined && count !== rule.count) {
        issues.error("invalid-accessor", `${at}/count`, `${path} has ${count} elements, must have ${rule.count}`);
        return null;
    }
    return accessor;
}
