console.log("build later")
