package harness

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

// serve answers scrapes on a loopback port, which it prints, until its standard
// input is closed or the time is over.
func serve(handler http.Handler, limit time.Duration) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/metrics", handler)
	go func() { panic(http.Serve(listener, mux)) }()
	fmt.Printf("{\"port\":%d}\n", listener.Addr().(*net.TCPAddr).Port)

	closed := make(chan struct{})
	go func() {
		io.Copy(io.Discard, os.Stdin)
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(limit):
	}
}
