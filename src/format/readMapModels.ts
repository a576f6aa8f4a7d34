import { type AccessorReader } from "./accessor.js";
import { type IAvatarExtension } from "./avatarSchema.js";
import { AvatarExtensionName } from "./extensionNames.js";
import { type IssueList } from "./issueList.js";
import { MaxGaussians } from "./limits.js";
import { MapArrayReader } from "./mapArrays.js";
import { type IMapModel } from "./mapModel.js";
import { type IMorphTarget } from "./morphTarget.js";
import { ReadMapModel } from "./readMapModel.js";
import { DeltaForms } from "./readMorphTargets.js";
import { type NetworkReader } from "./readNetworks.js";
import { type IMapsDescription } from "./tierSchema.js";

const Path = `/extensions/${AvatarExtensionName}`;

function ReadTargets(
    maps: IMapsDescription,
    path: string,
    count: number,
    names: readonly string[],
    reader: AccessorReader,
    issues: IssueList,
): IMorphTarget[] | null {
    const { targets = [] } = maps;
    if (targets.length !== 0 && targets.length !== names.length) {
        issues.error(
            "invalid-morph-target",
            `${path}/targets`,
            `${targets.length} for ${names.length} expression channels: list one for each, or none`,
        );
        return null;
    }
    const rule = { type: "VEC3", forms: DeltaForms, maxCount: MaxGaussians, count } as const;
    const rows = targets.map((accessor, index) => reader.readRows(accessor, `${path}/targets/${index}`, rule));
    return rows.some((read) => read === null)
        ? null
        : rows.map((read, channel) => ({ name: names[channel]!, indices: read!.indices, deltas: read!.values }));
}

/**
 * Names what map models are read from, besides networks.
 *
 * @param extension the checked extension
 * @returns accessors; none is known to be there
 */
export function MapModelParts(extension: IAvatarExtension): number[] {
    const accessors: unknown[] = [];
    for (const { name, maps } of extension.tiers) {
        if (maps === undefined || name === "baked") {
            continue;
        }
        const { texels, positions, normals, influences, inverseBindMatrices, conditioning, decoding, targets } = maps;
        const { opacities, scales, rotations, colors, fixedHands } = decoding;
        accessors.push(texels, positions, normals, influences.joints, influences.weights, inverseBindMatrices);
        accessors.push(...Object.values(conditioning.projection ?? {}), ...(targets ?? []));
        accessors.push(opacities, scales, rotations, colors, ...Object.values(fixedHands ?? {}));
    }
    // Rows that are given in the JSON itself are lists.
    return accessors.filter((index) => typeof index === "number");
}

/**
 * Reads the models of an avatar whose Gaussians networks make: those tiers of the extension that say how.
 *
 * @param extension the checked extension, or null when the file has none
 * @param jointOfSkinEntry joint of each entry of the file's skin
 * @param networks reads the networks that tiers name
 * @param reader reads accessors
 * @param issues receives every problem
 * @returns the models in the order of the tiers; incomplete when there is an error in the list
 */
export function ReadMapModels(
    extension: IAvatarExtension | null,
    jointOfSkinEntry: readonly number[],
    networks: NetworkReader,
    reader: AccessorReader,
    issues: IssueList,
): IMapModel[] {
    const names = (extension?.expressions ?? []).map(({ name }) => name);
    const models: IMapModel[] = [];
    for (const [index, { name: tier, maps, networks: run = [] }] of (extension?.tiers ?? []).entries()) {
        if (maps === undefined || tier === "baked") {
            continue;
        }
        const path = `${Path}/tiers/${index}/maps`;
        const parts = ReadMapModel(maps, path, jointOfSkinEntry, new MapArrayReader(reader, issues));
        const morphTargets =
            parts === null ? null : ReadTargets(maps, path, parts.texels.length, names, reader, issues);
        const used = networks.read(run);
        if (parts !== null && morphTargets !== null && used !== null) {
            models.push({ ...parts, tier, networks: used, morphTargets });
        }
    }
    return models;
}
