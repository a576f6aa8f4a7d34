import { AvatarError } from "../../diagnostics/avatarError.js";
import { type IPoseProjection } from "../../format/mapModel.js";
import { type IFolderSource } from "./folderSource.js";
import { FitComponents, type IPoseComponents, MakeProjection, MaskedPoints, ProjectedPixels } from "./posePca.js";
import { ReadComponentsAsync } from "./readComponents.js";
import { SpreadEvenly } from "./spreadEvenly.js";
import { type SubjectReader } from "./subject.js";
import { type ITemplate, ReducedRows } from "./template.js";

/** Pose maps that components are fitted to: more change them little, and each takes a tenth of a second. */
const MapsForFit = 200;

/** Which projection is wanted. */
export interface IProjectionRequest {
    /** Most components; 0 for no projection. */
    readonly count: number;
    /** Standard deviations that a pose may be off along each. */
    readonly sigma: number;
    /** Told what is lost, for people. */
    readonly warn: (message: string) => void;
    /** Told the share that is done, 0..1; may stop the work by throwing. */
    readonly reportAsync: (share: number) => Promise<void>;
}

/**
 * The pose projection of a subject: as the training left it, or fitted to the pose maps.
 *
 * @param folder the subject's folder
 * @param reader of its files
 * @param template the body
 * @param request what is wanted
 * @returns the projection; null where none is wanted, or nothing tells it
 */
export async function FindProjectionAsync(
    folder: IFolderSource,
    reader: SubjectReader,
    template: ITemplate,
    request: IProjectionRequest,
): Promise<IPoseProjection | null> {
    const { poseMaps, projections } = reader.files;
    const { count, sigma, warn } = request;
    if (count === 0) {
        return null;
    }
    const size = template.mapSize / 2;
    const first = [...poseMaps.keys()][0];
    const pixels =
        first === undefined
            ? ReducedRows(template, size, "front").pixels
            : ProjectedPixels(await reader.readPoseMapAsync(first, size));
    const path = projections.get(count) ?? [...projections].sort(([a], [b]) => b - a)[0]?.[1];
    let components: IPoseComponents | null = null;
    if (path !== undefined) {
        try {
            components = await ReadComponentsAsync(await folder.openAsync(path), pixels.length * 3);
        } catch (error) {
            if (!(error instanceof AvatarError)) {
                throw error;
            }
            warn(`${error.message} It is fitted to the pose maps instead.`);
        }
    }
    if (components !== null && components.variances.length < count) {
        warn(
            `${path} has ${components.variances.length} components where ${count} are asked for: those are all it takes.`,
        );
    }
    const frames = SpreadEvenly([...poseMaps.keys()], MapsForFit);
    if (components === null && frames.length >= 2) {
        const rows: Float32Array[] = [];
        for (const frame of frames) {
            // One after the other: only the pixels of interest stay in memory.
            /* eslint-disable no-await-in-loop */
            rows.push(MaskedPoints(await reader.readPoseMapAsync(frame, size), pixels));
            await request.reportAsync(rows.length / frames.length);
            /* eslint-enable no-await-in-loop */
        }
        components = FitComponents(rows, count);
        if (poseMaps.size > frames.length) {
            warn(`The pose projection was fitted to ${frames.length} of the ${poseMaps.size} pose maps.`);
        }
    }
    if (components === null || components.variances.length === 0) {
        warn(
            "There is neither pca_20.ckpt nor a sequence of pose maps: poses unlike those of the training are not brought near them, and may look broken.",
        );
        return null;
    }
    return MakeProjection(pixels, components, count, sigma);
}
