// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import static org.assertj.core.api.Assertions.fail;

import io.tandem.vrrp.netlink.NetNamespace;
import io.tandem.vrrp.netlink.Netlink;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Two hosts on a bridge, for two real guardians. */
final class GuardianPair implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(60);
    static final String HEARD = "\"adverts_received\":(\\d+)";

    private final NetNamespace bridge;
    private final Netlink bridgeNetlink;
    private final GuardianHost a;
    private final GuardianHost b;

    GuardianPair(Path directory) throws IOException {
        bridge = NetNamespace.create("tnd-vs-bridge");
        bridgeNetlink = bridge.netlink();
        bridgeNetlink.links().addBridge("br0");
        bridgeNetlink.links().up("br0");
        a = new GuardianHost("a", 11, directory, bridgeNetlink);
        b = new GuardianHost("b", 12, directory, bridgeNetlink);
    }

    /** An address that both reach, and that an isolated host does not. */
    void addWitness(String address) throws IOException {
        bridgeNetlink.addresses().add(GuardianHost.address(address), 24, "br0");
    }

    GuardianHost a() {
        return a;
    }

    GuardianHost b() {
        return b;
    }

    /** a is active, b its backup, the link is up and an advertisement has been heard. */
    void start() throws IOException {
        a.start("-W");
        until("a is active", () -> a.isActive() && a.holds());
        b.start("-W");
        awaitBackup(a, b);
    }

    /** The one holds the address and the other would take it at once. */
    void awaitBackup(GuardianHost active, GuardianHost backup) {
        until("backup and linked", () -> backup.isBackup() && backup.isLinked() && active.isLinked());
        // One that came before it was Backup does not tell it who is Active.
        long before = backup.number(HEARD);
        until("the backup hears the active one", () -> backup.number(HEARD) > before);
    }

    void until(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + SOON.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end >= 0) {
                fail(what + " within " + SOON + "\n--- a\n" + a.log() + "\n--- b\n" + b.log());
            }
            LockSupport.parkNanos(2_000_000L);
        }
    }

    /** Takes a host's port out of the switch: nobody hears it, and its carrier stays up. */
    void isolate(String name) throws IOException {
        bridgeNetlink.links().clearMaster(name);
    }

    void rejoin(String name) throws IOException {
        bridgeNetlink.links().setMaster(name, "br0");
    }

    @Override
    public void close() throws IOException {
        a.close();
        b.close();
        bridgeNetlink.close();
        bridge.close();
    }
}
