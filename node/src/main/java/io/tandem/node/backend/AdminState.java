// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

/**
 * Whether a server is to serve, whatever its health: what operators, the configuration, the resolver of its name and the server it
 * follows say. Bits of {@code srv_admin_state}.
 *
 * <p>Changed under the lock of its {@link ServerState}, which sees to what follows; read by any thread.
 */
public final class AdminState {
    private volatile boolean maintenance;
    private volatile boolean maintenanceByConfiguration;
    private volatile boolean unresolved;
    /** Its name was set at run time; shows with the next change of its administrative state, as in HAProxy. */
    private volatile boolean hostSet;

    private volatile boolean hostSetShows;
    private volatile boolean draining;
    /** What the server it follows says ({@code track}); never by itself. */
    private volatile boolean inheritedMaintenance;

    private volatile boolean inheritedDrain;
    private boolean configured;
    private boolean unresolvedInConfiguration;

    /** Takes over what a configuration says; what has been said at run time stays, unless that is news. */
    void configure(boolean disabled, boolean unresolved) {
        if (!configured || disabled != maintenanceByConfiguration) {
            maintenance = disabled;
        }
        maintenanceByConfiguration = disabled;
        if (!configured || unresolved != unresolvedInConfiguration) {
            this.unresolved = unresolved;
        }
        unresolvedInConfiguration = unresolved;
        configured = true;
    }

    void maintenance(boolean maintenance) {
        this.maintenance = maintenance;
        hostSetShows |= hostSet;
    }

    void unresolved(boolean unresolved) {
        this.unresolved = unresolved;
        hostSetShows |= hostSet;
    }

    void draining(boolean draining) {
        this.draining = draining;
    }

    void inherit(boolean maintenance, boolean drain) {
        inheritedMaintenance = maintenance;
        inheritedDrain = drain;
    }

    /** Its name was set at run time: bit 64 from its next change on. */
    public void hostSet() {
        hostSet = true;
        if (unresolved) {
            hostSetShows = true;
        }
    }

    /** Whether it is out, for any reason. */
    boolean maintenance() {
        return maintenance || unresolved || inheritedMaintenance;
    }

    /** Whether it is itself that was taken out, by an operator or the configuration ({@code disabled}): bit 1. */
    public boolean ownMaintenance() {
        return maintenance;
    }

    /** Whether the server it follows is in maintenance: bit 2. */
    public boolean inheritedMaintenance() {
        return inheritedMaintenance;
    }

    /** Whether the configuration says {@code disabled}, whatever is the case now: bit 4. */
    public boolean maintenanceByConfiguration() {
        return maintenanceByConfiguration;
    }

    /** Whether it or the one it follows drains. */
    boolean draining() {
        return draining || inheritedDrain;
    }

    /** Whether it is itself that drains: bit 8. */
    public boolean ownDrain() {
        return draining;
    }

    /** Whether the server it follows drains: bit 16. */
    public boolean inheritedDrain() {
        return inheritedDrain;
    }

    /** Whether nobody knows its address: bit 32. */
    public boolean unresolved() {
        return unresolved;
    }

    /** Whether it shows that its name was set at run time: bit 64. */
    public boolean showsHostSet() {
        return hostSetShows;
    }
}
