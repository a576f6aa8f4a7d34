import { type AccessorReader } from "./accessor.js";
import { type IAvatarExtension } from "./avatarSchema.js";
import { AvatarExtensionName } from "./extensionNames.js";
import {
    type IHeadBranch,
    type IHeadModel,
    type IPerceptron,
    MaxPerceptronWidth,
    ParameterCount,
} from "./headModel.js";
import { FindHeadProblem } from "./headProblem.js";
import { type IHeadDescription } from "./headSchema.js";
import { type IssueList } from "./issueList.js";
import { MaxGaussians } from "./limits.js";
import { IsComplete, MapArrayReader } from "./mapArrays.js";
import { type NetworkReader } from "./readNetworks.js";
import { ReadInfluences } from "./readInfluences.js";

type BranchDescription = IHeadDescription["expression"];

/** Names of the networks of a branch. */
const Perceptrons = ["color", "attributes", "deformation"] as const;

/**
 * Names what a head is read from.
 *
 * @param extension the checked extension
 * @returns accessors; none is known to be there
 */
export function HeadModelParts({ tiers }: IAvatarExtension): number[] {
    return tiers.flatMap(({ head }) => {
        if (!head) {
            return [];
        }
        const { positions, features, shares, scales, rotations, opacities, influences } = head;
        const networks = [head.expression, head.pose].flatMap((branch) =>
            branch ? Perceptrons.map((name) => branch[name].parameters) : [],
        );
        const rows = [positions, features, shares, scales, rotations, opacities];
        return [...rows, influences.joints, influences.weights, ...networks];
    });
}

/**
 * Reads the head of an avatar, where a tier of the extension has one.
 *
 * @param extension the checked extension, or null when the file has none
 * @param channels number of expression channels of the avatar
 * @param jointOfSkinEntry joint of each entry of the file's skin
 * @param networks reads the networks of its refiner
 * @param reader reads accessors
 * @param issues receives every problem
 * @returns the head; null when there is none, or none that can be used
 */
export function ReadHeadModel(
    extension: IAvatarExtension | null,
    channels: number,
    jointOfSkinEntry: readonly number[],
    networks: NetworkReader,
    reader: AccessorReader,
    issues: IssueList,
): IHeadModel | null {
    const tiers = extension?.tiers ?? [];
    const index = tiers.findIndex(({ head }) => head !== undefined);
    const { name, head, networks: run = [] } = tiers[index] ?? {};
    if (!head || !name || name === "baked") {
        return null; // a baked tier with a head was noted
    }
    const path = `/extensions/${AvatarExtensionName}/tiers/${index}/head`;
    const arrays = new MapArrayReader(reader, issues);
    const shares = arrays.readScalars(head.shares, `${path}/shares`, MaxGaussians);
    if (shares === null) {
        return null;
    }
    const count = shares.length;
    const influences = ReadInfluences(head.influences, `${path}/influences`, count, jointOfSkinEntry, arrays);
    const parts = {
        shares,
        positions: arrays.read(head.positions, `${path}/positions`, 3, count),
        features: arrays.readScalars(head.features, `${path}/features`, count * MaxPerceptronWidth, ["f32", "i16n"]),
        scales: arrays.read(head.scales, `${path}/scales`, 3, count),
        rotations: arrays.read(head.rotations, `${path}/rotations`, 4, count),
        opacities: arrays.read(head.opacities, `${path}/opacities`, 1, count),
        influences,
        expression: ReadBranch(head.expression, `${path}/expression`, arrays),
    };
    const pose = head.pose ? ReadBranch(head.pose, `${path}/pose`, arrays) : null;
    const refining = head.refiner ? networks.read(run) : [];
    if (!IsComplete(parts) || (head.pose && pose === null) || refining === null) {
        return null;
    }
    const { codeSize, octaves, gains, unit, origin, poseRange } = head;
    const model: IHeadModel = {
        tier: name,
        codeSize,
        channels: head.channels,
        octaves,
        gains,
        unit,
        origin,
        poseRange,
        pose,
        ...parts,
        ...(head.refiner ? { refiner: { ...head.refiner, networks: refining } } : {}),
    };
    const problem = FindHeadProblem(model, { joints: jointOfSkinEntry.length, channels });
    if (problem) {
        issues.error(problem.code, `${path}/${problem.path}`, problem.message);
    }
    return problem ? null : model;
}

function ReadBranch(branch: BranchDescription, path: string, arrays: MapArrayReader): IHeadBranch | null {
    const read = (name: (typeof Perceptrons)[number]): IPerceptron | null => {
        const { widths, parameters: accessor } = branch[name];
        // Bounded by the schema: at most eight layers of 256 by 1,280 numbers.
        const parameters = arrays.read(accessor, `${path}/${name}/parameters`, 1, ParameterCount(widths));
        return parameters && { widths, parameters };
    };
    const networks = { color: read("color"), attributes: read("attributes"), deformation: read("deformation") };
    return IsComplete(networks) ? networks : null;
}
