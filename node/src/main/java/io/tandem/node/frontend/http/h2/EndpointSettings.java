// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.netty.buffer.ByteBuf;

/**
 * What one side of HTTP/2 is configured with ({@code tune.h2.*}).
 *
 * @param headerTableSize the decoder's dynamic table, bytes
 * @param initialWindow what a peer may send on a stream before it is given more, bytes
 * @param maxStreams how many streams may be open at once, or {@link #NO_LIMIT}
 * @param maxFrameSize the longest frame accepted, 16384 to 16777215
 * @param maxHeaderList the longest header list, as {@code tune.bufsize} bounds heads
 * @param maxTotalStreams after how many streams a connection is ended gracefully; 0 for no limit
 * @param glitchesThreshold after how many glitches of the peer a connection ends; 0 for no limit
 * @param announcesWebSockets whether clients are told of extended CONNECT (RFC 8441)
 * @param idlePingMs how often the peer of an idle connection is asked for a sign of life ({@code idle-ping}); 0 for never
 */
public record EndpointSettings(
        int headerTableSize,
        int initialWindow,
        int maxStreams,
        int maxFrameSize,
        int maxHeaderList,
        int maxTotalStreams,
        int glitchesThreshold,
        boolean announcesWebSockets,
        int idlePingMs) {
    /** Of streams: as many as the peer likes. */
    static final int NO_LIMIT = Integer.MAX_VALUE;

    private static final int DEFAULT_TABLE_SIZE = 4096;

    /** Writes the SETTINGS frame that begins a connection; of what RFC 9113 has defaults for, only what differs. */
    void writeTo(ByteBuf out, boolean asServer) {
        int start = out.writerIndex();
        Frames.header(out, 0, Frames.SETTINGS, 0, 0);
        if (headerTableSize != DEFAULT_TABLE_SIZE) {
            out.writeShort(Frames.SETTINGS_HEADER_TABLE_SIZE).writeInt(headerTableSize);
        }
        if (asServer) {
            if (announcesWebSockets) {
                out.writeShort(Frames.SETTINGS_ENABLE_CONNECT_PROTOCOL).writeInt(1);
            }
            if (maxStreams != NO_LIMIT) {
                out.writeShort(Frames.SETTINGS_MAX_CONCURRENT_STREAMS).writeInt(maxStreams);
            }
        } else {
            out.writeShort(Frames.SETTINGS_ENABLE_PUSH).writeInt(0);
        }
        if (initialWindow != Frames.DEFAULT_WINDOW) {
            out.writeShort(Frames.SETTINGS_INITIAL_WINDOW_SIZE).writeInt(initialWindow);
        }
        if (maxFrameSize != Frames.SMALLEST_MAX_LENGTH) {
            out.writeShort(Frames.SETTINGS_MAX_FRAME_SIZE).writeInt(maxFrameSize);
        }
        out.writeShort(Frames.SETTINGS_MAX_HEADER_LIST_SIZE).writeInt(maxHeaderList);
        Frames.close(out, start);
    }
}
