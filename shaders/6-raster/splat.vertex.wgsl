#include <projectedSplat>

// Places one quad per visible splat, far to near. In the dialect of Babylon's shader pre-processor, which adds the entry
// point's structures and flips y in render targets.

attribute position : vec3f; // x, y: corner of the quad, −1 or 1; z: number of the splat inside its instance

varying vSigmas : vec2f; // place inside the splat, in standard deviations along its axes
varying vColor : vec4f; // display colour, opacity

var<storage,read> projectedSplats : array<ProjectedSplat>;
var<storage,read> sortedIndices : array<u32>;
var<storage,read> drawArguments : array<u32>;

@vertex
fn main(input : VertexInputs) -> FragmentInputs {
    let rank = vertexInputs.instanceIndex * SplatsPerInstance + u32(vertexInputs.position.z);
    // The last instance is rarely full, and before the first indirect count arrives there are instances to spare.
    if (rank >= drawArguments[VisibleCountWord]) {
        vertexOutputs.vSigmas = vec2f(0.0);
        vertexOutputs.vColor = vec4f(0.0);
        vertexOutputs.position = vec4f(0.0, 0.0, 2.0, 1.0); // beyond the far plane: no pixel
    } else {
        let splat = projectedSplats[sortedIndices[rank]];
        let color = projectedSplatColor(splat);
        let center = projectedSplatCenter(splat);
        let sigmas = vertexInputs.position.xy * splatRadius(color.a);
        let offset = sigmas.x * projectedSplatAxis1(splat) + sigmas.y * projectedSplatAxis2(splat);
        vertexOutputs.vSigmas = sigmas;
        vertexOutputs.vColor = color;
        vertexOutputs.position = vec4f(center.xy + offset, center.z, 1.0);
    }
}
