// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

/** Where a virtual router stands (RFC 9568 §6.4), with keepalived's FAULT. */
public enum State {
    /** Not started, or shut down: sends nothing, holds nothing. */
    INITIALIZE,
    /** Listens for the Active router and takes over when it falls silent. */
    BACKUP,
    /** Holds the addresses and advertises; keepalived's MASTER. */
    ACTIVE,
    /** Cannot serve (link down, no source address, a tracker failed): holds and sends nothing until all is clear. */
    FAULT;

    /** The word keepalived's scripts and FIFO use. */
    public String keepalivedName() {
        return this == ACTIVE ? "MASTER" : this == INITIALIZE ? "STOP" : name();
    }
}
