// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

/**
 * How idle connections to a server are kept (HAProxy manual 5.2, {@code pool-max-conn} and its neighbours).
 *
 * @param maxIdle {@code pool-max-conn}: idle connections over all loops; -1 for no limit
 * @param lowIdle {@code pool-low-conn}: idle connections each loop keeps beyond what it is believed to need
 * @param purgeDelayMs {@code pool-purge-delay}: how often half of the surplus is closed; 0 keeps no idle connection
 * @param maxReuse {@code max-reuse}: requests on a connection in HTTP/2 after its first; -1 for no limit. In HTTP/1 there is
 *     none, as with HAProxy
 * @param strict {@code strict-maxconn} (HAProxy 3.2): idle connections count for {@code maxconn}, too
 * @param idlePingMs {@code idle-ping} (HAProxy 3.2): how often the server is asked on an idle connection in HTTP/2 whether it is still
 *     there; 0 for never
 */
public record PoolSettings(int maxIdle, int lowIdle, int purgeDelayMs, int maxReuse, boolean strict, int idlePingMs) {
    public static final PoolSettings DEFAULT = new PoolSettings(-1, 0, 5_000, -1, false, 0);

    /** Whether any connection may wait for the next request. */
    public boolean keepsIdle() {
        return maxIdle != 0 && purgeDelayMs > 0;
    }
}
