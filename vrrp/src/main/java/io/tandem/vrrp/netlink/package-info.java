// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives requests for addresses, links, routes and network namespaces; hands on the kernel's answer as a value or a
 * {@link io.tandem.vrrp.netlink.NetlinkException} that names operation, object and errno. Also holds the one binding of
 * libc. Runs on the caller's thread: a {@code Netlink} belongs to one thread at a time.
 */
@NullMarked
package io.tandem.vrrp.netlink;

import org.jspecify.annotations.NullMarked;
