// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import io.tandem.node.backend.ServerNaming;
import io.tandem.node.loop.Loop;
import io.tandem.node.rules.Awaited;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rule's question for one name ({@code do-resolve}). Made and waited for on the exchange's loop, answered on that of the
 * section.
 */
public final class Lookup implements Awaited {

    private final Resolvers resolvers;
    private final Loop home;
    private final Search search = new Search();
    private Runnable then = Lookup::nothing;
    private boolean there;
    private @Nullable InetAddress address;

    /** On the section's loop. */
    private final class Search implements Requester {
        private ServerNaming.Preferences wishes = ServerNaming.Preferences.DEFAULT;
        private @Nullable Resolution resolution;

        void begin(DomainName name) {
            RecordType preferred = wishes.prefersIpv4() ? RecordType.A : RecordType.AAAA;
            Resolution joined = resolvers.enlist(name, preferred, this);
            resolution = joined;
            if (joined == null) {
                tell(null); // too many are searched for
            } else if (joined.isFresh(resolvers.nowMs())) {
                onAnswer(joined, null, List.of());
            } else {
                joined.begin(resolvers.nowMs());
            }
        }

        void end() {
            Resolution left = resolution;
            resolution = null;
            if (left != null) {
                resolvers.leave(left, this);
            }
        }

        @Override
        public void onAnswer(Resolution of, @Nullable Nameserver by, List<Answer> gone) {
            tell(AddressChoice.of(of.answers(), wishes, null, address -> false));
        }

        @Override
        public void onFailure(Resolution of, Status status) {
            tell(null);
        }

        private void tell(@Nullable InetAddress found) {
            end();
            home.eventLoop().execute(() -> onEnd(found));
        }
    }

    private Lookup(Resolvers resolvers, Loop home) {
        this.resolvers = resolvers;
        this.home = home;
    }

    /**
     * Asks for the address of {@code host}.
     *
     * @return null where it is no name, or the section does not work
     */
    public static @Nullable Lookup begin(Resolvers resolvers, String host, boolean prefersIpv4, Loop home) {
        DomainName name = DomainName.parse(host);
        Lookup lookup = new Lookup(resolvers, home);
        lookup.search.wishes = new ServerNaming.Preferences(prefersIpv4, List.of(), true, false);
        return name != null && resolvers.execute(() -> lookup.search.begin(name)) ? lookup : null;
    }

    private void onEnd(@Nullable InetAddress found) {
        home.tick();
        there = true;
        address = found;
        Runnable next = then;
        then = Lookup::nothing;
        next.run();
    }

    /** Whether the search is over. */
    public boolean isThere() {
        return there;
    }

    private static void nothing() {
        // nobody waits
    }

    /** What was found, or null. */
    public @Nullable InetAddress address() {
        return address;
    }

    @Override
    public void whenThere(Runnable then) {
        this.then = then;
    }

    @Override
    public void forget() {
        then = Lookup::nothing;
        if (!there) {
            resolvers.execute(search::end);
        }
    }
}
