// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.language;

import io.tandem.config.haproxy.Environment;

/**
 * What the command line and the environment say about a load.
 *
 * @param environment for addresses, which expand variables by themselves; as the section that is read left it
 * @param ignoreResolution {@code -dr}: a server's name that cannot be resolved is no error
 * @param verifyNoServer {@code -dV}: no certificate of a server is verified
 * @param diagnostics {@code -dD}: say what is suspicious
 * @param maxConnectionsPerProxy {@code -N}: limit of a proxy that sets none, or 0
 */
public record LoadOptions(
        Environment environment,
        boolean ignoreResolution,
        boolean verifyNoServer,
        boolean diagnostics,
        int maxConnectionsPerProxy) {
    /** Nothing special, with the process's own environment. */
    public static LoadOptions plain() {
        return plain(Environment.ofProcess());
    }

    /** Nothing special, with an environment that is there: to copy the process's takes time. */
    static LoadOptions plain(Environment environment) {
        return new LoadOptions(environment, false, false, false, 0);
    }
}
