// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One server of one backend as a configuration describes it, with the state that lives on beside it.
 *
 * <p>Immutable but for {@link #state}, which several configurations may share.
 */
public final class Server {
    /**
     * What a {@code server} line says.
     *
     * @param id the number statistics show, from 1 within the backend
     * @param address where to connect; its port is 0 when the client's port is kept
     * @param weight 0..256
     * @param backup used only when no other server is usable
     * @param maxConnections 0 for none
     * @param cookie the value that names it in persistence cookies, or null
     * @param origin {@code FILE:LINE}, for messages
     */
    public record Description(
            int id,
            String name,
            InetSocketAddress address,
            int weight,
            boolean backup,
            int maxConnections,
            @Nullable String cookie,
            String origin) {}

    private final Description description;
    private final ServerState state;
    private final String backendName;
    private final int index;
    private final byte[] nameBytes;

    /** @param index a number unique among all servers of the configuration, from 0: the row of per-loop pools */
    public Server(Description description, ServerState state, String backendName, int index) {
        this.description = description;
        this.state = state;
        this.backendName = backendName;
        this.index = index;
        nameBytes = description.name().getBytes(StandardCharsets.UTF_8);
    }

    public Description description() {
        return description;
    }

    public ServerState state() {
        return state;
    }

    public String name() {
        return description.name();
    }

    /** The name as logs write it. */
    public byte[] nameBytes() {
        return nameBytes;
    }

    public String backendName() {
        return backendName;
    }

    public int index() {
        return index;
    }

    @Override
    public String toString() {
        return backendName + "/" + name();
    }
}
