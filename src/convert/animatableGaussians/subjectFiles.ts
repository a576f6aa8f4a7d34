import { ConvertError } from "../convertError.js";

/** The files of a subject that a conversion reads, by their paths in the folder; null where one is not there. */
export interface ISubjectFiles {
    /** Template points. */
    readonly positions: string;
    /** Template normals. */
    readonly normals: string;
    /** Skinning weights of the points. */
    readonly weights: string | null;
    /** Skinning weights in space, from which those of the points can be taken. */
    readonly weightVolume: string | null;
    /** Shape and poses of the training. */
    readonly parameters: string | null;
    /** Pose maps of the training by their frames, in order. */
    readonly poseMaps: ReadonlyMap<number, string>;
    /** Linear models of the pose maps, by their numbers of components. */
    readonly projections: ReadonlyMap<number, string>;
    /** The checkpoint, where it is in the folder. */
    readonly checkpoint: string | null;
}

/** Names that the published preprocessing and training give. */
const Names = {
    positions: "cano_smpl_pos_map.exr",
    normals: "cano_smpl_nml_map.exr",
    weights: "init_pts_lbs.npy",
    weightVolume: "cano_weight_volume.npz",
    parameters: "smpl_params.npz",
    checkpoint: "net.pt",
} as const;

/** What is needed besides the files. */
export interface ISubjectNeeds {
    /** Whether a body model gives the joints: then neither poses nor pose maps are needed for them. */
    readonly hasBodyModel: boolean;
    /** Whether a checkpoint was given: then none need be in the folder. */
    readonly hasCheckpoint: boolean;
}

/**
 * Finds the files of a subject.
 *
 * @param paths of all files in the folder; where several have the same name, the one that lies highest is taken
 * @param folder its name, for messages
 * @param needs what else there is
 * @returns the files
 * @throws {@link ConvertError} `missing-files`, with all that is missing and what it is for
 */
export function FindSubjectFiles(paths: readonly string[], folder: string, needs: ISubjectNeeds): ISubjectFiles {
    const sorted = [...paths].sort((a, b) => Depth(a) - Depth(b) || (a < b ? -1 : 1));
    const find = (name: string): string | null => sorted.find((path) => NameOf(path) === name) ?? null;
    const positions = find(Names.positions);
    const maps = positions === null ? "" : positions.slice(0, -Names.positions.length);
    const numbered = (pattern: RegExp): Map<number, string> => {
        const matches = sorted.flatMap((path): [number, string][] => {
            const match = path.startsWith(maps) ? pattern.exec(path.slice(maps.length)) : null;
            return match ? [[Number(match[1]), path]] : [];
        });
        return new Map(matches.sort(([a], [b]) => a - b));
    };
    const found = {
        positions,
        normals: find(Names.normals),
        weights: find(Names.weights),
        weightVolume: find(Names.weightVolume),
        parameters: find(Names.parameters),
        poseMaps: numbered(/^(\d{8})\.exr$/),
        projections: numbered(/^pca_(\d{1,3})\.ckpt$/),
        checkpoint: find(Names.checkpoint),
    };
    const missing = ListMissing(found, needs);
    if (found.positions === null || found.normals === null || missing.length > 0) {
        throw new ConvertError(
            "missing-files",
            `${folder} lacks ${missing.join("; ")}. Give the subject's folder after the method's preprocessing, with smpl_pos_map/ in it.`,
        );
    }
    return { ...found, positions: found.positions, normals: found.normals };
}

type Found = Omit<ISubjectFiles, "positions" | "normals"> & Record<"positions" | "normals", string | null>;

function ListMissing(found: Found, { hasBodyModel, hasCheckpoint }: ISubjectNeeds): string[] {
    const missing: string[] = [];
    const need = (isThere: boolean, what: string): void => {
        if (!isThere) {
            missing.push(what);
        }
    };
    need(found.positions !== null, `${Names.positions} (the points of the body)`);
    need(found.normals !== null, `${Names.normals} (its normals)`);
    need(
        found.weights !== null || found.weightVolume !== null,
        `${Names.weights} or ${Names.weightVolume} (how joints move the points)`,
    );
    const forJoints = [
        ...(found.parameters === null ? [Names.parameters] : []),
        ...(found.poseMaps.size === 0 ? ["pose maps 00000000.exr, …"] : []),
    ];
    need(
        hasBodyModel || forJoints.length === 0,
        `${forJoints.join(" and ")} (to find the joints; or give the body model with --body-model)`,
    );
    need(
        hasCheckpoint || found.checkpoint !== null,
        `${Names.checkpoint} (the networks; or name that of the training's last batch with --checkpoint)`,
    );
    return missing;
}

function NameOf(path: string): string {
    return path.slice(path.lastIndexOf("/") + 1);
}

function Depth(path: string): number {
    return path.split("/").length;
}
