import { DependOnCamera } from "../format/cameraDependence.js";
import { type IAvatarNetwork, type ITensorContract } from "../format/mapModel.js";
import { NetworkError } from "./networkError.js";

/** What becomes of the tensors of a chain of networks. */
export interface IProgramPlan {
    /** Whether each network depends on the camera, directly or by what it reads. */
    readonly dependsOnCamera: readonly boolean[];
    /** Tensors to free after each network: it is the last to read them, and nobody else needs them. */
    readonly freedAfter: readonly (readonly string[])[];
    /** Tensors that do not depend on the camera and are read by networks that do. */
    readonly trunk: ReadonlySet<string>;
    /** What the chain is run for. */
    readonly outputs: ReadonlySet<string>;
    /** What has to be given. */
    readonly inputs: ReadonlySet<string>;
}

/**
 * Finds out who reads what.
 *
 * @param networks in the order in which they run
 * @param outputs tensors to keep; null for all that no network reads
 * @returns the plan
 * @throws {@link NetworkError} `"wrong-contract"` when two networks make the same tensor, or none makes one that is wanted
 */
export function PlanProgram(networks: readonly IAvatarNetwork[], outputs: readonly string[] | null): IProgramPlan {
    const maker = new Map<string, number>();
    const lastReader = new Map<string, number>();
    const inputs = new Set<string>();
    const trunk = new Set<string>();
    const dependsOnCamera = DependOnCamera(
        networks.map((network) => ({ inputs: NamesOf(network.inputs), outputs: NamesOf(network.outputs) })),
    );
    networks.forEach((network, index) => {
        for (const name of NamesOf(network.inputs)) {
            const made = maker.get(name);
            if (made === undefined) {
                inputs.add(name);
            } else {
                lastReader.set(name, index);
                if (dependsOnCamera[index] && !dependsOnCamera[made]) {
                    trunk.add(name);
                }
            }
        }
        for (const { name } of network.outputs) {
            if (maker.has(name) || inputs.has(name)) {
                throw new NetworkError(
                    "wrong-contract",
                    `Network "${network.name}" makes "${name}", which is there before. Names of tensors have to be unique.`,
                );
            }
            maker.set(name, index);
        }
    });
    const wanted = new Set(outputs ?? [...maker.keys()].filter((name) => !lastReader.has(name)));
    const missing = [...wanted].find((name) => !maker.has(name));
    if (missing !== undefined) {
        throw new NetworkError("wrong-contract", `No network makes "${missing}", of which the avatar is made.`);
    }
    const freedAfter = networks.map((_network, index) =>
        [...maker.keys()].filter(
            (name) => !wanted.has(name) && !trunk.has(name) && (lastReader.get(name) ?? maker.get(name)) === index,
        ),
    );
    return { dependsOnCamera, freedAfter, trunk, outputs: wanted, inputs };
}

function NamesOf(tensors: readonly ITensorContract[]): string[] {
    return tensors.map(({ name }) => name);
}
