// A fully connected network over points, a workgroup sixteen points, a thread a neuron: their activations stay in workgroup
// memory from the first layer to the last. What all points share of the input, an expression or a pose, is in the biases already.

// Word by word: src/pipeline/3-gaussians/perceptronLayout.ts.
struct Perceptron {
    pointCount: u32,
    firstPoint: u32,
    inputWidth: u32,
    layerCount: u32,
    firstBias: u32,
    outputStride: u32,
    outputOffset: u32,
    hasTanh: u32,
    // Inputs, outputs, first weight, 1 where the input joins once more.
    layers: array<vec4u, MaxPerceptronLayers>,
}

@group(0) @binding(0) var<uniform> perceptron: Perceptron;
// Layer by layer [in, out]: neighbouring threads read neighbouring words.
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> biases: array<f32>;
@group(0) @binding(3) var<storage, read> inputs: array<f32>;
@group(0) @binding(4) var<storage, read_write> outputs: array<f32>;

const quads = PointsPerWorkgroup / 4u;

// [neuron][quad]: four points a vector.
var<workgroup> tile: array<vec4f, MaxPerceptronWidth * PointsPerWorkgroup / 4u>;

fn inputOf(point: u32, column: u32) -> f32 {
    if point >= perceptron.pointCount {
        return 0.0;
    }
    return inputs[(perceptron.firstPoint + point) * perceptron.inputWidth + column];
}

fn loadInputs(firstPoint: u32, thread: u32) {
    let width = perceptron.inputWidth;
    for (var at = thread; at < width * quads; at += WorkgroupSize) {
        let column = at % width;
        let quad = at / width;
        let point = firstPoint + quad * 4u;
        tile[column * quads + quad] = vec4f(
            inputOf(point, column),
            inputOf(point + 1u, column),
            inputOf(point + 2u, column),
            inputOf(point + 3u, column)
        );
    }
}

fn activate(x: vec4f) -> vec4f {
    return max(x, LeakySlope * x);
}

// By its definition: the built-in one is only as good as a device likes.
fn hyperbolicTangent(x: f32) -> f32 {
    return 1.0 - 2.0 / (exp(2.0 * clamp(x, -20.0, 20.0)) + 1.0);
}

fn store(firstPoint: u32, quad: u32, neuron: u32, values: vec4f) {
    for (var lane = 0u; lane < 4u; lane++) {
        let point = firstPoint + quad * 4u + lane;
        if point < perceptron.pointCount {
            let value = values[lane];
            outputs[point * perceptron.outputStride + perceptron.outputOffset + neuron] =
                select(value, hyperbolicTangent(value), perceptron.hasTanh != 0u);
        }
    }
}

@compute @workgroup_size(WorkgroupSize)
fn main(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) thread: u32
) {
    let firstPoint = (group.y * groups.x + group.x) * PointsPerWorkgroup;
    if firstPoint >= perceptron.pointCount {
        return;
    }
    loadInputs(firstPoint, thread);
    workgroupBarrier();
    var bias = perceptron.firstBias;
    for (var layer = 0u; layer < perceptron.layerCount; layer++) {
        let shape = perceptron.layers[layer];
        let outputWidth = shape.y;
        // A narrow layer has threads for a quad each; of a wide one every thread has all quads.
        let isNarrow = outputWidth <= WorkgroupSize / quads;
        let neuron = select(thread, thread / quads, isNarrow);
        let ownQuad = select(0u, thread % quads, isNarrow);
        let isActive = neuron < outputWidth;
        var sums: array<vec4f, quads>;
        if isActive {
            for (var quad = 0u; quad < quads; quad++) {
                sums[quad] = vec4f(biases[bias + neuron]);
            }
        }
        // The running vector, then, where it joins, the input.
        var weight = shape.z + neuron;
        for (var part = 0u; part <= shape.w; part++) {
            if part == 1u {
                workgroupBarrier();
                loadInputs(firstPoint, thread);
                workgroupBarrier();
            }
            let width = select(shape.x, perceptron.inputWidth, part == 1u);
            if isActive && isNarrow {
                for (var column = 0u; column < width; column++) {
                    sums[0] += weights[weight] * tile[column * quads + ownQuad];
                    weight += outputWidth;
                }
            } else if isActive {
                for (var column = 0u; column < width; column++) {
                    let w = weights[weight];
                    sums[0] += w * tile[column * quads];
                    sums[1] += w * tile[column * quads + 1u];
                    sums[2] += w * tile[column * quads + 2u];
                    sums[3] += w * tile[column * quads + 3u];
                    weight += outputWidth;
                }
            }
        }
        workgroupBarrier();
        let isLast = layer + 1u == perceptron.layerCount;
        if isActive {
            let ownCount = select(quads, 1u, isNarrow);
            for (var quad = 0u; quad < ownCount; quad++) {
                if isLast {
                    store(firstPoint, ownQuad + quad, neuron, sums[quad]);
                } else {
                    tile[neuron * quads + ownQuad + quad] = activate(sums[quad]);
                }
            }
        }
        workgroupBarrier();
        bias += outputWidth;
    }
}
