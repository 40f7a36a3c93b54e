// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.admin;

import io.tandem.config.text.Origin;
import org.jspecify.annotations.Nullable;

/**
 * One {@code stats socket} line.
 *
 * @param address as written: a path, {@code unix@path}, {@code abns@name}, {@code ipv4@host:port}, {@code host:port} or
 *     {@code fd@n}
 * @param level what its sessions may do at most
 * @param mode permission bits of the socket file, or -1 for what the umask leaves
 * @param user owner of the socket file, or null
 * @param group group of the socket file, or null
 * @param exposesListeners whether listening sockets are given to another HAProxy that asks
 * @param origin the line
 */
public record AdminSocket(
        String address,
        Level level,
        int mode,
        @Nullable String user,
        @Nullable String group,
        boolean exposesListeners,
        Origin origin) {}
