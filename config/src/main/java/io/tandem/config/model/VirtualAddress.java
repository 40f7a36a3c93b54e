// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.model;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * An address that moves with a virtual router, or stands as long as the node runs.
 *
 * @param address the address
 * @param prefixLength 0..32 or 0..128; keepalived's default is 32 and 128
 * @param interfaceName the interface to put it on, or null for the virtual router's own
 * @param label an alias such as {@code eth0:1}, or null
 * @param scope rtnetlink's scope number; 0 is global
 * @param options what few addresses have
 */
public record VirtualAddress(
        InetAddress address,
        int prefixLength,
        @Nullable String interfaceName,
        @Nullable String label,
        int scope,
        Options options) {
    /** One without options. */
    public VirtualAddress(
            InetAddress address, int prefixLength, @Nullable String interfaceName, @Nullable String label, int scope) {
        this(address, prefixLength, interfaceName, label, scope, Options.NONE);
    }

    /**
     * What few addresses have.
     *
     * @param peer the other end of a point-to-point link, or null
     * @param broadcast or null for none
     * @param flags IFA_F_*: {@link #HOME}, {@link #MANAGE_TEMPORARY} …
     * @param preferredSeconds until which the kernel chooses it as a source: 0 for never, {@link #FOREVER}
     * @param tracked whether it is put back when somebody removes it
     * @param ownInterface whether it goes on a macvlan of its own above {@code interfaceName} ({@code use_vmac})
     */
    public record Options(
            @Nullable InetAddress peer,
            @Nullable InetAddress broadcast,
            int flags,
            int preferredSeconds,
            boolean tracked,
            boolean ownInterface) {
        public static final int FOREVER = -1;

        /** Flag: duplicate address detection is done, which virtual addresses otherwise go without. */
        public static final int DETECT_DUPLICATES = 0x1_0000;

        public static final int HOME = 0x10;
        public static final int MANAGE_TEMPORARY = 0x100;
        public static final int NO_PREFIX_ROUTE = 0x200;
        public static final int JOIN_GROUPS = 0x400;

        public static final Options NONE = new Options(null, null, 0, FOREVER, true, false);
    }
}
