import { type IAvatarExtension } from "./avatarSchema.js";
import { AvatarExtensionName } from "./extensionNames.js";
import { type IGltf } from "./gltfJson.js";
import { type IssueList } from "./issueList.js";
import { MaxTensorElements } from "./limits.js";
import { ConditioningTensors, GaussianAttributeWidths, type ITensorContract } from "./mapModel.js";
import { RequireSafeUri } from "./safeUri.js";
import { type IMapsDescription, type INetworkDescription, type ITierDescription } from "./tierSchema.js";

const Path = `/extensions/${AvatarExtensionName}`;

/** The tiers, cheapest first. */
const TierOrder: readonly ITierDescription["name"][] = ["baked", "lite", "full"];

/** Where the bytes of a network are. */
function CheckStorage(network: INetworkDescription, path: string, gltf: IGltf, issues: IssueList): void {
    if ((network.uri === undefined) === (network.bufferView === undefined)) {
        issues.error("invalid-extension", path, "give exactly one of uri and bufferView");
    } else if (network.uri !== undefined) {
        try {
            RequireSafeUri(network.uri, `${path}/uri`);
        } catch (thrown) {
            issues.addThrown(thrown);
        }
    } else if (gltf.bufferViews[network.bufferView!]?.byteLength !== network.byteLength) {
        issues.error(
            "out-of-range",
            `${path}/bufferView`,
            `bufferView ${network.bufferView} does not have the stated ${network.byteLength} bytes`,
        );
    }
}

/** Names within a network, and the sizes of its tensors. */
function CheckTensors(network: INetworkDescription, path: string, issues: IssueList): void {
    for (const side of ["inputs", "outputs"] as const) {
        const names = new Set<string>();
        for (const [index, { name, shape }] of network[side].entries()) {
            const tensor = `${path}/${side}/${index}`;
            if (names.has(name)) {
                issues.error("duplicate-name", `${tensor}/name`, `"${name}" is listed twice: each tensor has its name`);
            }
            names.add(name);
            const elements = shape.reduce((product, size) => product * size, 1);
            if (elements > MaxTensorElements) {
                issues.error(
                    "too-large",
                    `${tensor}/shape`,
                    `"${name}" has ${elements} elements, at most ${MaxTensorElements} are allowed: cut the network smaller`,
                );
            }
        }
    }
}

/** What pose and camera become, by the names that networks know. */
function ConditioningContracts({ conditioning }: IMapsDescription): Map<string, ITensorContract> {
    const { size, side, channels, viewSize } = conditioning;
    const type = "float32";
    const pose = [1, channels.length * 3 * (side === "both" ? 2 : 1), size, size];
    const known = new Map<string, ITensorContract>([
        [ConditioningTensors.pose, { name: ConditioningTensors.pose, type, shape: pose }],
    ]);
    if (viewSize > 0) {
        for (const name of [ConditioningTensors.viewFront, ConditioningTensors.viewBack]) {
            known.set(name, { name, type, shape: [1, 1, viewSize, viewSize] });
        }
    }
    return known;
}

function Shown({ type, shape }: ITensorContract): string {
    return `${type} [${shape.join(",")}]`;
}

/** Follows the tensors through the networks of a tier; gives every tensor that there is at the end. */
function FollowTensors(
    tier: ITierDescription,
    known: Map<string, ITensorContract>,
    networks: readonly INetworkDescription[],
    issues: IssueList,
): void {
    for (const name of tier.networks ?? []) {
        const index = networks.findIndex((network) => network.name === name);
        const network = networks[index];
        const path = `${Path}/networks/${index}`;
        for (const [i, input] of (network?.inputs ?? []).entries()) {
            const given = known.get(input.name);
            if (given === undefined) {
                issues.error(
                    "invalid-network",
                    `${path}/inputs/${i}/name`,
                    `tier ${tier.name} has no "${input.name}" when this network runs: name a conditioning map or an earlier output`,
                );
            } else if (Shown(given) !== Shown(input)) {
                issues.error(
                    "invalid-network",
                    `${path}/inputs/${i}`,
                    `"${input.name}" is ${Shown(given)} in tier ${tier.name}, the network wants ${Shown(input)}`,
                );
            }
        }
        for (const [i, output] of (network?.outputs ?? []).entries()) {
            if (known.has(output.name)) {
                issues.error(
                    "duplicate-name",
                    `${path}/outputs/${i}/name`,
                    `tier ${tier.name} has a tensor "${output.name}" already: rename one`,
                );
            }
            known.set(output.name, output);
        }
    }
}

/** Where the attributes are taken from. */
function CheckOutputs(
    maps: IMapsDescription,
    path: string,
    known: ReadonlyMap<string, ITensorContract>,
    issues: IssueList,
): void {
    const used = new Set<string>();
    for (const [index, { attribute, tensor, front, back }] of maps.decoding.outputs.entries()) {
        const at = `${path}/decoding/outputs/${index}`;
        if (used.has(attribute)) {
            issues.error("duplicate-name", `${at}/attribute`, `${attribute} is listed twice: remove one`);
        }
        used.add(attribute);
        const found = known.get(tensor);
        const [batch, channels, rows, columns] = found?.shape ?? [];
        if (found?.shape.length !== 4 || batch !== 1 || rows !== columns) {
            const what = found === undefined ? "is there not" : `is ${Shown(found)}`;
            issues.error("invalid-network", `${at}/tensor`, `"${tensor}" ${what}: it must be float32 [1,C,R,R]`);
            continue;
        }
        if (maps.size % rows! !== 0) {
            issues.error(
                "invalid-map-model",
                `${at}/tensor`,
                `"${tensor}" has ${rows} pixels a side, which must divide the ${maps.size} texels of a map's side`,
            );
        }
        const width = GaussianAttributeWidths[attribute];
        for (const side of ["front", "back"] as const) {
            const listed = side === "front" ? front : back;
            if (listed.length !== width || listed.some((channel) => channel >= channels!)) {
                issues.error(
                    "invalid-map-model",
                    `${at}/${side}`,
                    `[${listed.join(",")}]: ${attribute} needs ${width} channels below the ${channels} of "${tensor}"`,
                );
            }
        }
    }
}

function CheckHeadTier({ tiers }: IAvatarExtension, index: number, issues: IssueList): void {
    const path = `${Path}/tiers/${index}`;
    if (tiers[index]!.name === "baked") {
        issues.error("invalid-extension", `${path}/head`, "the baked tier has no networks: remove it");
    }
    if (tiers.some(({ maps }) => maps !== undefined)) {
        issues.error("invalid-extension", path, "a tier has maps, this one a head: give a file one of the two");
    }
    if (tiers.findIndex(({ head }) => head !== undefined) !== index) {
        issues.error("invalid-extension", `${path}/head`, "two tiers have a head: remove one");
    }
}

function CheckTier(extension: IAvatarExtension, index: number, issues: IssueList): void {
    const { tiers, networks = [] } = extension;
    const tier = tiers[index]!;
    const path = `${Path}/tiers/${index}`;
    if (tiers.findIndex((other) => other.name === tier.name) !== index) {
        issues.error("duplicate-name", `${path}/name`, `tier "${tier.name}" is listed twice: remove one`);
    } else if (index > 0 && TierOrder.indexOf(tier.name) < TierOrder.indexOf(tiers[index - 1]!.name)) {
        issues.error("invalid-extension", `${path}/name`, "list tiers cheapest first: baked, lite, full");
    }
    const run = tier.networks ?? [];
    const unknown = run.find((name) => !networks.some((network) => network.name === name));
    if (unknown !== undefined) {
        issues.error("invalid-extension", `${path}/networks`, `there is no network "${unknown}": name one of networks`);
        return;
    }
    if (tier.head !== undefined) {
        CheckHeadTier(extension, index, issues);
    } else if (tier.maps === undefined) {
        if (tier.name !== "baked") {
            issues.warning("ignored-tier", path, "does not say how it makes Gaussians: give it maps or a head");
        }
    } else if (tier.name === "baked") {
        issues.error("invalid-extension", `${path}/maps`, "the baked tier has no maps: remove them");
    } else {
        const known = ConditioningContracts(tier.maps);
        FollowTensors(tier, known, networks, issues);
        CheckOutputs(tier.maps, `${path}/maps`, known, issues);
    }
}

/**
 * Checks what the extension says of networks and of the tiers that run them, as far as it can be told without any buffer: every
 * tensor must come from somewhere and have the shape that is asked for.
 *
 * @param extension the extension, which follows its schema
 * @param gltf the checked document
 * @param issues receives every problem
 */
export function CheckNetworks(extension: IAvatarExtension, gltf: IGltf, issues: IssueList): void {
    const names = new Set<string>();
    for (const [index, network] of (extension.networks ?? []).entries()) {
        const path = `${Path}/networks/${index}`;
        if (names.has(network.name)) {
            issues.error("duplicate-name", `${path}/name`, `two networks are named "${network.name}": rename one`);
        }
        names.add(network.name);
        CheckStorage(network, path, gltf, issues);
        CheckTensors(network, path, issues);
    }
    for (const index of extension.tiers.keys()) {
        CheckTier(extension, index, issues);
    }
}
