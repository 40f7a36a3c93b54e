// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.tandem.config.text.Origin;
import org.jspecify.annotations.Nullable;

/**
 * One listener of one frontend as a configuration describes it. Immutable.
 *
 * @param address where it listens
 * @param origin its line
 * @param name its name in statistics
 * @param id its number within the frontend, from 1
 * @param maxConnections connections it accepts at once, 0 for no limit of its own
 * @param backlog connections the kernel may hold for it
 * @param mode permissions of a unix socket, octal, or null for the umask's
 * @param tls its TLS stage, or null for clear text
 */
public record Bind(
        BindAddress address,
        Origin origin,
        String name,
        int id,
        int maxConnections,
        int backlog,
        @Nullable String mode,
        @Nullable TlsStage tls) {}
