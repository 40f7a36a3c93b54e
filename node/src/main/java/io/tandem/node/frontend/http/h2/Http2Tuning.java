// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.tandem.node.language.Drafts;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.loop.Tuning;

/** What {@code tune.h2.*} of the {@code global} section says; the value of one side counts before that of both. */
public final class Http2Tuning implements Facet {
    static final FacetKey<Http2Tuning> KEY = new FacetKey<>(Http2Tuning.class, Http2Tuning::new);

    /** Not said. */
    static final int UNSET = -1;

    /** One side's own values. */
    static final class Side {
        int initialWindow = UNSET;
        int maxStreams = UNSET;
        int maxTotalStreams;
        int glitchesThreshold;
    }

    int headerTableSize = 4096;
    int initialWindow = Frames.DEFAULT_WINDOW;
    int maxStreams = 100;
    int maxFrameSize = UNSET;
    boolean announcesWebSockets = true;
    final Side clients = new Side();
    final Side servers = new Side();

    private Http2Tuning() {}

    /**
     * How connections of clients are served.
     *
     * @param idlePingMs what the {@code bind} line says, 0 for nothing
     */
    public static EndpointSettings forClients(Drafts drafts, int idlePingMs) {
        Http2Tuning tuning = drafts.global().facet(KEY);
        return tuning.settings(tuning.clients, Tuning.of(drafts), idlePingMs);
    }

    /** How connections to servers are used. */
    public static EndpointSettings forServers(Drafts drafts) {
        Http2Tuning tuning = drafts.global().facet(KEY);
        return tuning.settings(tuning.servers, Tuning.of(drafts), 0);
    }

    /** No frame is longer than a buffer, as with HAProxy, but for what RFC 9113 section 4.2 has everybody take. */
    private EndpointSettings settings(Side side, Tuning sizes, int idlePingMs) {
        int streams = side.maxStreams == UNSET ? maxStreams : side.maxStreams;
        int frame = maxFrameSize == UNSET ? sizes.bufferSize() : Math.min(maxFrameSize, sizes.bufferSize());
        return new EndpointSettings(
                headerTableSize,
                side.initialWindow == UNSET ? initialWindow : side.initialWindow,
                streams == 0 ? EndpointSettings.NO_LIMIT : streams,
                Math.max(Frames.SMALLEST_MAX_LENGTH, frame),
                sizes.bufferSize(),
                side.maxTotalStreams,
                side.glitchesThreshold,
                announcesWebSockets,
                idlePingMs);
    }

    /** Not inherited: there is one process. */
    @Override
    public Facet inherit() {
        return this;
    }
}
