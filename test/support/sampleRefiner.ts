import { NetworkGraph } from "../../src/convert/networks/networkGraph.js";
import { SliceNetwork } from "../../src/convert/networks/sliceNetwork.js";
import { type IHeadRefiner, RefinerTensors } from "../../src/format/headRefiner.js";

/** What a sample refiner does. */
export interface ISampleRefinerOptions {
    /** Channels of a Gaussian. */
    readonly channels: number;
    /** Side of what goes in, pixels (default: 32). */
    readonly side?: number;
    /** How many times as large the picture is: 1 or 2 (default: 2). */
    readonly factor?: 1 | 2;
    /** [3,C] what makes r g b of the channels (default: the first three of them). */
    readonly weights?: Float32Array;
    /** Added to r g b (default: nothing). */
    readonly bias?: readonly [number, number, number];
    /** Metres that a picture spans (default: 0.4). */
    readonly width?: number;
}

/**
 * A refiner of which everybody can say what it makes: colours are a sum of channels, pixel by pixel, then enlarged, in two slices.
 *
 * @param options what it does
 */
export function MakeSampleRefiner(options: ISampleRefinerOptions): IHeadRefiner {
    const { channels, side = 32, factor = 2, bias = [0, 0, 0], width = 0.4 } = options;
    const weights =
        options.weights ?? Float32Array.from({ length: 3 * channels }, (_, i) => +(i % (channels + 1) === 0));
    const graph = new NetworkGraph();
    const features = graph.input(RefinerTensors.features, [1, channels, side, side]);
    const sums = graph.conv("sums", features, {
        weight: { name: "weights", shape: [3, channels, 1, 1], make: () => weights },
        bias: { name: "bias", shape: [3], make: () => Float32Array.from(bias) },
    });
    graph.endBlock();
    const large = factor === 1 ? sums : graph.enlarge("large", sums, factor, "align_corners");
    graph.output(graph.activate(RefinerTensors.picture, large, "Relu"));
    return { networks: SliceNetwork(graph, "refiner", { sliceMacs: 1 }), center: [0, 1.6, 0], width };
}
