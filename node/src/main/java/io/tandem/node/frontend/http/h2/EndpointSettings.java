// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

/**
 * What one side of HTTP/2 is configured with ({@code tune.h2.*}).
 *
 * @param headerTableSize the decoder's dynamic table, bytes
 * @param initialWindow what a peer may send on a stream before it is given more, bytes
 * @param maxStreams how many streams may be open at once
 * @param maxFrameSize the longest frame accepted, 16384 to 16777215
 * @param maxHeaderList the longest header list, as {@code tune.bufsize} bounds heads
 * @param maxTotalStreams after how many streams a connection is ended gracefully; 0 for no limit
 * @param glitchesThreshold after how many glitches of the peer a connection ends; 0 for no limit
 */
public record EndpointSettings(
        int headerTableSize,
        int initialWindow,
        int maxStreams,
        int maxFrameSize,
        int maxHeaderList,
        int maxTotalStreams,
        int glitchesThreshold) {}
