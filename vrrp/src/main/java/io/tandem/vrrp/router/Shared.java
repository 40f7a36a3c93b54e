// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.vrrp.netlink.Netlink;

/** What all routers of a host share. */
record Shared(
        Reactor reactor,
        Netlink netlink,
        Retirement retirement,
        ParentSettings settings,
        Pacer.All pacers,
        Reunion reunion,
        EventLog log) {
    Shared(Reactor reactor, Netlink netlink, EventLog log) {
        this(
                reactor,
                netlink,
                new Retirement(log),
                new ParentSettings(netlink, log),
                new Pacer.All(),
                new Reunion(netlink, log),
                log);
    }
}
