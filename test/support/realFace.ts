import { readFileSync } from "node:fs";
import { type Accessor, type Mesh } from "@gltf-transform/core";
import { ArkitNames, type ArkitName } from "../../src/animation/face/vocabulary/arkit.js";
import { MapFaceChannels } from "../../src/animation/face/vocabulary/mapFaceChannels.js";
import { ReadDocumentAsync } from "../../src/convert/bake/readDocument.js";
import { SharedData } from "./motions.js";

/** A face made by artists: vertices at rest and what each of the 52 shapes does to them. */
export interface IRealFace {
    /** [V,3] metres, y up, facing +z. */
    readonly positions: Float32Array;
    /** [V,3] each. */
    readonly shapes: Readonly<Record<ArkitName, Float32Array>>;
    /** [V] the vertex on the other side. */
    readonly mirror: Uint32Array;
}

/** The skin of the CC0 base human that any of its shapes moves, without what is there twice. */
export async function ReadRealFaceAsync(): Promise<IRealFace> {
    const file = "base_human_female.glb";
    const { document } = await ReadDocumentAsync(readFileSync(`${SharedData}/base-human/${file}`), file);
    const skins = document
        .getRoot()
        .listMeshes()
        .filter((mesh) => mesh.listPrimitives()[0]!.listTargets().length > 0);
    const size = (mesh: Mesh): number => mesh.listPrimitives()[0]!.getAttribute("POSITION")!.getCount();
    const skin = skins.reduce((best, other) => (size(other) > size(best) ? other : best));
    const primitive = skin.listPrimitives()[0]!;
    const targets = primitive.listTargets();
    const { channels } = MapFaceChannels(skin.getExtras()["targetNames"] as string[], { name: file });
    const mesh = { positions: Rows(primitive.getAttribute("POSITION")!) };
    const deltasOf = new Map(
        channels.map(({ index, means }) => [means, Rows(targets[index]!.getAttribute("POSITION")!)]),
    );
    const all = ArkitNames.map((name) => deltasOf.get(name)!);
    const kept = new Map<string, number>();
    for (let v = 0; v < mesh.positions.length / 3; v++) {
        const isMoved = all.some((deltas) => Math.hypot(...deltas.subarray(3 * v, 3 * v + 3)) > 1e-5);
        const key = [...mesh.positions.subarray(3 * v, 3 * v + 3)].map((value) => Math.round(value * 1e5)).join();
        if (isMoved && !kept.has(key)) {
            kept.set(key, v);
        }
    }
    const rows = [...kept.values()];
    const take = (from: Float32Array): Float32Array =>
        Float32Array.from(rows.flatMap((v) => [...from.subarray(3 * v, 3 * v + 3)]));
    const positions = take(mesh.positions);
    const shapes = Object.fromEntries(ArkitNames.map((name, i) => [name, take(all[i]!)])) as IRealFace["shapes"];
    return { positions, shapes, mirror: MirrorOf(positions) };
}

function Rows(accessor: Accessor): Float32Array {
    const rows = Array.from({ length: accessor.getCount() }, (_, v) => accessor.getElement(v, []));
    return Float32Array.from(rows.flat());
}

/** For each vertex the one that is nearest to its mirror image. */
function MirrorOf(positions: Float32Array): Uint32Array {
    const count = positions.length / 3;
    return Uint32Array.from({ length: count }, (_, v) => {
        let [best, nearest] = [v, Infinity];
        for (let other = 0; other < count; other++) {
            const dx = positions[3 * other]! + positions[3 * v]!;
            const dy = positions[3 * other + 1]! - positions[3 * v + 1]!;
            const dz = positions[3 * other + 2]! - positions[3 * v + 2]!;
            const distance = dx * dx + dy * dy + dz * dz;
            if (distance < nearest) {
                [best, nearest] = [other, distance];
            }
        }
        return best;
    });
}
