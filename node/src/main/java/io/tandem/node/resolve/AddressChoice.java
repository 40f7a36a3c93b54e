// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import io.tandem.node.backend.ServerNaming;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which of several addresses of a name is taken (HAProxy manual 5.2, {@code resolve-prefer}, {@code resolve-net}). Pure. */
final class AddressChoice {
    private static final int FAMILY = 8;
    private static final int NETWORK = 4;
    private static final int FREE = 2;
    private static final int CURRENT = 1;

    private AddressChoice() {}

    /**
     * The best of {@code answers}, the first among equals.
     *
     * @param current the address the server has, or null
     * @param taken whether another server of the backend has an address
     * @return null if there is none that may be taken
     */
    static @Nullable InetAddress of(
            List<Answer> answers,
            ServerNaming.Preferences wishes,
            @Nullable InetAddress current,
            Predicate<InetAddress> taken) {
        InetAddress best = null;
        int most = -1;
        for (Answer answer : answers) {
            if (answer instanceof Answer.Address found) {
                InetAddress address = found.address();
                boolean free = !taken.test(address);
                int score = (wishes.prefersIpv4() == address instanceof Inet4Address ? FAMILY : 0)
                        + (wishes.isNear(address) ? NETWORK : 0)
                        + (free ? FREE : 0)
                        + (address.equals(current) ? CURRENT : 0);
                if ((free || wishes.allowsDuplicates()) && score > most) {
                    best = address;
                    most = score;
                }
            }
        }
        return best;
    }
}
